"""LR functions of the script (``lr_lambda``, ``scale_fn``), compiled from their syntax.

Nothing of the script is executed: each piece of syntax becomes one of our own closures, and names
from outside the function are looked up in what the analyser knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import libcst as cst

from lrlint.analysis.code.queries import assigned_names
from lrlint.analysis.interpreter.imports import bind_import
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.operators import ARITHMETIC
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
    Sized,
    Stream,
    Truth,
)
from lrlint.predict import arrays, tensors
from lrlint.predict.expressions import ExpressionCompiler
from lrlint.predict.known_functions import CONSTANTS, FUNCTIONS
from lrlint.predict.running import (
    MOST_STEPS,
    Compiled,
    Frame,
    Left,
    LibraryClass,
    Returned,
    Unreadable,
    bounded,
    runs_on,
    set_attribute,
)
from lrlint.source.nodes import indices_of, small_statements, statements_of
from lrlint.symbolic import Expr

_LONGEST_TABLE = 20_000
"""Elements of an array that are computed one by one."""


def compile_function(machine: Machine, value: AnyValue, depth: int = 0) -> Callable[..., Any]:
    """Return a callable that computes what the script's function computes.

    Raises :class:`Unreadable` where the function cannot be followed.
    """
    if depth > 8:
        raise Unreadable("functions that call one another too deeply")
    match value:
        case FunctionValue():
            return _function(machine, value, depth)
        case Partial(function=inner, positional=positional, keywords=keywords):
            call = compile_function(machine, inner, depth + 1)
            fixed = [static(machine, item, depth) for item in positional]
            named = {key: static(machine, item, depth) for key, item in keywords.items()}
            return lambda *args, **kwargs: call(*fixed, *args, **{**named, **kwargs})
        case External(name=name) if name in FUNCTIONS:
            return _known(name)
        case Instance():
            method = machine.find_method(value, "__call__")
            if isinstance(method, FunctionValue):
                return compile_function(machine, method, depth + 1)
    raise Unreadable(f"the function {getattr(value, 'path', None) or ''}".strip())


def static(machine: Machine, value: AnyValue, depth: int = 0) -> Any:
    """Return the Python object that a value is known to be; raises :class:`Unreadable`."""
    match value:
        case Expr():
            if value.value is None:
                raise Unreadable(
                    ", ".join(sorted(a.name for a in value.atoms() if a.value is None))
                )
            return value.value
        case Const(value=constant):
            return constant
        case Truth(condition=condition) if condition.lean is not None:
            return condition.lean
        case ListValue(items=list() as items):
            return [static(machine, item, depth) for item in items]
        case Stream(trips=Expr(value=int() as count)) if 0 <= count <= MOST_STEPS:
            return [static(machine, value.element(Expr.const(i)), depth) for i in range(count)]
        case Sized(length=Expr(value=int() as count), element=element, shape=None) if (
            element is not None and 0 <= count <= _LONGEST_TABLE
        ):
            row = (element(Expr.const(at)) for at in range(count))
            return arrays.Array(static(machine, item, depth) for item in row)
        case FunctionValue() | Partial() | Instance():
            return compile_function(machine, value, depth + 1)
        case Method(receiver=ListValue() | Sized() as table, name="__getitem__"):
            return static(machine, table, depth).__getitem__
        case Choice() if (lean := leaning(value)) is not value:
            return static(machine, lean, depth)
        case External(name=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case External(name=name) if name in FUNCTIONS:
            return _known(name)
        case External(name=name) if name.startswith("torch.optim.lr_scheduler."):
            return LibraryClass(name)
        case DictValue(complete=True, store=store):
            return {key: static(machine, item, depth) for key, item in store.data.items()}
        case Opaque(tensor="built", number=Expr(value=int() | float() as built)):
            return tensors.tensor(built)
        case Opaque(tensor="computed"):
            raise Unreadable("arithmetic with tensors")
        case Opaque(path=str() as path):
            from lrlint.analysis.interpreter import numbers

            number = numbers.to_number(machine, value)
            if number is not None and number.value is not None:
                return number.value
            raise Unreadable(path)
    raise Unreadable(getattr(value, "path", None) or getattr(value, "name", None) or "a value")


def _known(name: str) -> Callable[..., Any]:
    """Return a function of a library; arguments that are not modelled are unreadable."""
    function = FUNCTIONS[name]
    if isinstance(function, type):
        return function  # `isinstance` asks for it

    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except (TypeError, AttributeError) as error:
            raise Unreadable(f"{name}(): {error}") from error

    return call


class FunctionCompiler(ExpressionCompiler):
    """Compiles the statements of one function."""

    def function_of(self, value: AnyValue) -> Callable[..., Any]:
        return compile_function(self.at, value, self.depth + 1)

    def constant(self, value: AnyValue) -> Any:
        return static(self.at, value, self.depth)

    def closure(self, node: cst.Lambda | cst.FunctionDef) -> Compiled:
        """Return a function that reads the names of the function around it."""
        inner = FunctionValue(node, self.scope)
        compiler = FunctionCompiler(self.at, inner, self.depth + 1, live=True)
        own = set(compiler.locals)
        compiler.locals |= self.locals
        compiler.owner = self.owner
        body = compiler.run_body()
        given = (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
        defaults = {
            parameter.name.value: self.expression(parameter.default)
            for parameter in given
            if parameter.default is not None
        }

        def make(frame: Frame) -> Callable[..., Any]:
            fixed = {name: value(frame) for name, value in defaults.items()}

            def call(*args: Any, **kwargs: Any) -> Any:
                outer = {name: value for name, value in frame.items() if name not in own}
                return body({**outer, **compiler.frame_of(fixed, args, kwargs)})

            return call

        return make

    def frame_of(self, defaults: Frame, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Frame:
        """Return the local names of a call: the parameters with their arguments."""
        frame = {**defaults, **dict(zip(self.positional, args, strict=False))}
        if self.rest is not None:
            frame[self.rest] = list(args[len(self.positional) :])
        if self.options is None:
            return {**frame, **kwargs}
        frame[self.options] = {
            key: value for key, value in kwargs.items() if key not in self.parameters
        }
        return {**frame, **{k: v for k, v in kwargs.items() if k in self.parameters}}

    def run_body(self) -> Callable[[Frame], Any]:
        """Return the body as a function of the frame of local names."""
        data = self.scope.store.data
        for name in self.locals:
            # Parameters and local names are looked up in the frame, never in the script's scope.
            data.pop(name, None)
        if isinstance(self.body, cst.BaseExpression):  # of a lambda
            return self.expression(self.body)
        if self.body is None:
            raise Unreadable("a function that cannot be parsed")
        self._import_names(self.body)
        parts = self.block(self.body)

        def run(frame: Frame) -> Any:
            try:
                for part in parts:
                    part(frame)
            except Returned as returned:
                return returned.value
            if not self.live:
                raise Unreadable("a function that returns nothing")
            return None

        return run

    def _import_names(self, body: cst.BaseSuite) -> None:
        """Bind what the function imports, which no call changes."""
        for statement in statements_of(body):
            for part in small_statements(statement):
                if isinstance(part, cst.Import | cst.ImportFrom):
                    self.locals -= assigned_names(part)
                    with self.at.elsewhere(self.scope.unit, self.scope):
                        bind_import(self.at, part)

    def block(self, block: cst.BaseSuite) -> list[Compiled]:
        """Return statements as closures that run one after the other."""
        parts = [part for one in statements_of(block) for part in small_statements(one) or [one]]
        compiled = [self.statement(part) for part in parts]
        return [one for one in compiled if one is not None]

    def statement(self, node: cst.CSTNode) -> Compiled | None:
        """Return a statement as a closure; None where it does nothing."""
        match node:
            case cst.Return(value=value):
                if value is None and not self.live:
                    raise Unreadable("a bare return")
                result = (lambda frame: None) if value is None else self.expression(value)

                def leave(frame: Frame) -> None:
                    raise Returned(result(frame))

                return leave
            case cst.If():
                return self._if(node)
            case cst.Assign(targets=targets, value=value):
                result = self.expression(value)
                binds = [self.target(target.target) for target in targets]

                def assign(frame: Frame) -> None:
                    value = result(frame)
                    for bind in binds:
                        bind(frame, value)

                return assign
            case cst.AnnAssign(target=target, value=value):
                if value is None:
                    return None
                result, bind = self.expression(value), self.target(target)
                return lambda frame: bind(frame, result(frame))
            case cst.AugAssign(target=target, operator=op, value=value):
                operation = ARITHMETIC.get(type(op))
                if operation is None:
                    raise Unreadable(self.text(node))
                old, result, bind = (
                    self.expression(target),
                    self.expression(value),
                    self.target(target),
                )
                return lambda frame: bind(frame, operation(old(frame), result(frame)))
            case cst.For() | cst.While():
                return self._loop(node)
            case cst.Break() | cst.Continue():
                goes_on = isinstance(node, cst.Continue)

                def leave_iteration(frame: Frame) -> None:
                    raise Left(goes_on=goes_on)

                return leave_iteration
            case cst.FunctionDef(name=cst.Name(value=name)) if not node.decorators:
                function = self.closure(node)
                return lambda frame: frame.__setitem__(name, function(frame))
            case cst.Raise() | cst.Assert():
                return self._refusal(node)
            case cst.Import() | cst.ImportFrom():
                return None  # see `run_body`
            case cst.Global(names=names) | cst.Nonlocal(names=names) if not self.locals & {
                name.name.value for name in names
            }:
                return None
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()) | cst.Pass():
                return None
            case cst.Expr(value=cst.Call(func=cst.Name(value="print"))):
                return None
            case cst.Expr(value=cst.Call() as call) if self.live:
                return self.expression(call)
        raise Unreadable(self.text(node))

    def _if(self, node: cst.If) -> Compiled:
        test = self.expression(node.test)
        then = self.block(node.body)
        orelse: list[Compiled] = []
        match node.orelse:
            case cst.If():
                orelse = [self._if(node.orelse)]
            case cst.Else(body=body):
                orelse = self.block(body)

        def branch(frame: Frame) -> None:
            for part in then if test(frame) else orelse:
                part(frame)

        return branch

    def target(self, node: cst.BaseExpression) -> Callable[[Frame, Any], None]:
        """Return what assigns a value to a name, an attribute, an item or a tuple of them."""
        match node:
            case cst.Name(value=name):
                self.locals.add(name)
                return lambda frame, value: frame.__setitem__(name, value)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                parts = [self.target(element.value) for element in elements]

                def unpack(frame: Frame, value: Any) -> None:
                    for bind, item in zip(parts, list(value), strict=True):
                        bind(frame, item)

                return unpack
            case cst.Attribute(value=value, attr=cst.Name(value=name)) if self.live:
                owner = self.expression(value)
                return lambda frame, value: set_attribute(owner(frame), name, value)
            case cst.Subscript(value=value) if self.live:
                match indices_of(node):
                    case [cst.BaseExpression() as key]:
                        owner, index = self.expression(value), self.expression(key)
                        return lambda frame, value: owner(frame).__setitem__(index(frame), value)
        raise Unreadable(self.text(node))

    def _refusal(self, node: cst.Raise | cst.Assert) -> Compiled:
        """Return a ``raise`` or an ``assert``; what is raised is not followed."""
        text = self.text(node)
        test = self.expression(node.test) if isinstance(node, cst.Assert) else None

        def refuse(frame: Frame) -> None:
            if test is None or not test(frame):
                raise Unreadable(text)

        return refuse

    def _loop(self, node: cst.For | cst.While) -> Compiled:
        if isinstance(node, cst.For):
            rows, bind = self.expression(node.iter), self.target(node.target)
        else:
            rows, bind = _while(self.expression(node.test)), _ignored
        parts = self.block(node.body)
        after = [] if node.orelse is None else self.block(node.orelse.body)

        def loop(frame: Frame) -> None:
            for row in bounded(rows(frame)):
                bind(frame, row)
                if not runs_on(parts, frame):
                    return
            for part in after:
                part(frame)

        return loop


def _while(holds: Compiled) -> Compiled:
    return lambda frame: iter(lambda: bool(holds(frame)), False)


def _ignored(frame: Frame, value: Any) -> None:
    """Bind nothing: an iteration of ``while`` has no value."""


def compile_method(machine: Machine, method: FunctionValue) -> Callable[..., Any]:
    """Return a method as a function of its object, which is `Live`, and the arguments."""
    compiler = FunctionCompiler(machine, method, 0, live=True)
    names = compiler.parameters
    defaults: Frame = {
        name: static(machine, method.defaults[name]) for name in names if name in method.defaults
    }
    body = compiler.run_body()
    return lambda *args, **kwargs: body(compiler.frame_of(defaults, args, kwargs))


def _function(machine: Machine, value: FunctionValue, depth: int) -> Callable[..., Any]:
    compiler = FunctionCompiler(machine, value, depth)
    names = compiler.parameters
    defaults: Frame = {}
    for name in names:
        if name in value.defaults:
            defaults[name] = static(machine, value.defaults[name], depth)
    body = compiler.run_body()
    return lambda *args, **kwargs: body(compiler.frame_of(defaults, args, kwargs))
