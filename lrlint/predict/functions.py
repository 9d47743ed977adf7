"""LR functions of the script (``lr_lambda``, ``scale_fn``), compiled from their syntax.

Nothing of the script is executed: each piece of syntax becomes one of our own closures, and names
from outside the function are looked up in what the analyser knows.
"""

from __future__ import annotations

import collections
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.operators import ARITHMETIC
from lrlint.analysis.interpreter.parameters import bind_parameters
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Partial,
    Scope,
    Store,
    Stream,
    Truth,
    leaning,
)
from lrlint.predict.known_functions import COMPARISONS, CONSTANTS, FUNCTIONS
from lrlint.source.nodes import children, indices_of, small_statements, statements_of
from lrlint.symbolic import Expr

Frame = dict[str, Any]
Compiled = Callable[[Frame], Any]

_MOST_STEPS = 100_000
"""Iterations of the loops inside one call; a schedule has no business doing more."""


class Unreadable(ValueError):
    """The function does something that is not understood; the text says what."""


class Live(ABC):
    """An object of the script whose methods are run: ``self`` in a scheduler of the script."""

    @abstractmethod
    def get(self, name: str) -> Any:
        """Return an attribute, or a method bound to the object."""

    @abstractmethod
    def set(self, name: str, value: Any) -> None:
        """Set an attribute."""

    @abstractmethod
    def inherited(self, owner: ClassValue, name: str) -> Callable[..., Any]:
        """Return the method that ``super()`` means in a method of a class."""


class _Left(Exception):
    """A ``break``, or a ``continue``."""

    def __init__(self, *, goes_on: bool) -> None:
        self.goes_on = goes_on


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


def compile_function(machine: Machine, value: AnyValue, depth: int = 0) -> Callable[..., Any]:
    """A callable that computes what the script's function computes.

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
            return FUNCTIONS[name]
        case Instance():
            method = machine.find_method(value, "__call__")
            if isinstance(method, FunctionValue):
                return compile_function(machine, method, depth + 1)
    raise Unreadable(f"the function {getattr(value, 'path', None) or ''}".strip())


def static(machine: Machine, value: AnyValue, depth: int = 0) -> Any:
    """The Python object that a value is known to be; raises :class:`Unreadable`."""
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
        case Stream(trips=Expr(value=int() as count)) if 0 <= count <= _MOST_STEPS:
            return [static(machine, value.element(Expr.const(i)), depth) for i in range(count)]
        case FunctionValue() | Partial() | Instance():
            return compile_function(machine, value, depth + 1)
        case Choice() if (lean := leaning(value)) is not value:
            return static(machine, lean, depth)
        case External(name=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case External(name=name) if name in FUNCTIONS:
            return FUNCTIONS[name]
        case DictValue(complete=True, store=store):
            return {key: static(machine, item, depth) for key, item in store.data.items()}
        case Opaque(path=str() as path):
            from lrlint.analysis.interpreter import numbers

            number = numbers.to_number(machine, value)
            if number is not None and number.value is not None:
                return number.value
            raise Unreadable(path)
    raise Unreadable(getattr(value, "path", None) or getattr(value, "name", None) or "a value")


class _Compiler:
    """Compiles the body of one function; a ``live`` method gets its object as an argument."""

    def __init__(
        self, machine: Machine, function: FunctionValue, depth: int, *, live: bool = False
    ) -> None:
        self.at = machine
        self.live = live
        self.depth = depth
        self.function = function
        scope = Scope(
            Store(),
            function.scope.unit,
            parent=function.scope,
            owner=function.owner,
        )
        bind_parameters(machine, function, Arguments(open=True), scope)
        self.scope = scope
        node = function.node
        self.body = function.scope.unit.body_of(node)
        parameters = node.params
        names = [*parameters.posonly_params, *parameters.params, *parameters.kwonly_params]
        self.parameters = [parameter.name.value for parameter in names]
        self.rest = (
            parameters.star_arg.name.value if isinstance(parameters.star_arg, cst.Param) else None
        )
        self.options = None if parameters.star_kwarg is None else parameters.star_kwarg.name.value
        if function.receiver is not None and self.parameters and not live:
            self.parameters = self.parameters[1:]
        self.owner = function.owner
        self.first = self.parameters[0] if self.parameters else ""
        self.locals = {*self.parameters, *filter(None, (self.rest, self.options))}
        if isinstance(self.body, cst.BaseSuite):
            self.locals |= assigned_names(self.body)

    # -- expressions ------------------------------------------------------------------------

    def expression(self, node: cst.CSTNode) -> Compiled:
        """One expression as a closure over the frame of local names."""
        if not self._is_local(node):
            try:
                constant = self._static(node)
            except Unreadable:
                if isinstance(node, (cst.Name, cst.Attribute)):
                    raise
            else:
                if isinstance(constant, (list, dict)):
                    return lambda frame: deepcopy(constant)  # the function may change its own
                return lambda frame: constant
        match node:
            case cst.Name(value=name):
                return lambda frame: frame[name]
            case cst.Attribute(value=owner, attr=cst.Name(value=name)):
                return self._attribute(owner, name)
            case cst.Lambda():
                return self._closure(node)
            case cst.BinaryOperation(left=left, operator=op, right=right):
                return self._binary(ARITHMETIC, op, left, right)
            case cst.UnaryOperation(operator=op, expression=inner):
                return self._unary(op, inner)
            case cst.BooleanOperation(left=left, operator=op, right=right):
                one, other = self.expression(left), self.expression(right)
                if isinstance(op, cst.And):
                    return lambda frame: one(frame) and other(frame)
                return lambda frame: one(frame) or other(frame)
            case cst.Comparison():
                return self._comparison(node)
            case cst.IfExp(test=test, body=body, orelse=orelse):
                check, yes, no = (self.expression(part) for part in (test, body, orelse))
                return lambda frame: yes(frame) if check(frame) else no(frame)
            case cst.Call():
                return self._call(node)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                parts = [self.expression(element.value) for element in elements]
                return lambda frame: [part(frame) for part in parts]
            case cst.Subscript(value=value):
                match indices_of(node):
                    case [cst.BaseExpression() as key]:
                        whole, index = self.expression(value), self.expression(key)
                        return lambda frame: whole(frame)[index(frame)]
            case cst.GeneratorExp() | cst.ListComp():
                return self._comprehension(node)
        raise Unreadable(self._text(node))

    def _attribute(self, node: cst.BaseExpression, name: str) -> Compiled:
        owner = self.expression(node)
        text = self._text(node)

        def look_up(frame: Frame) -> Any:
            value = owner(frame)
            if isinstance(value, Live):
                return value.get(name)
            if (type(value), name) in _METHODS:
                return getattr(value, name)
            raise Unreadable(f"{text}.{name}")

        return look_up

    def _closure(self, node: cst.Lambda | cst.FunctionDef) -> Compiled:
        """Return a function that reads the names of the function around it."""
        inner = FunctionValue(node, self.scope)
        compiler = _Compiler(self.at, inner, self.depth + 1, live=True)
        own = set(compiler.locals)
        compiler.locals |= self.locals
        compiler.owner = self.owner
        names, body = compiler.parameters, compiler.run_body()
        given = [
            parameter.default for parameter in node.params.params if parameter.default is not None
        ]
        defaults = [self.expression(value) for value in given]

        def make(frame: Frame) -> Callable[..., Any]:
            values = [value(frame) for value in defaults]
            fixed = dict(zip(names[len(names) - len(values) :], values, strict=True))

            def call(*args: Any, **kwargs: Any) -> Any:
                outer = {name: value for name, value in frame.items() if name not in own}
                return body({**outer, **compiler.frame_of(fixed, args, kwargs)})

            return call

        return make

    def frame_of(self, defaults: Frame, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Frame:
        """Return the local names of a call: the parameters with their arguments."""
        frame = {**defaults, **dict(zip(self.parameters, args, strict=False))}
        if self.rest is not None:
            frame[self.rest] = list(args[len(self.parameters) :])
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
        parts = self.block(self.body)

        def run(frame: Frame) -> Any:
            try:
                for part in parts:
                    part(frame)
            except _Returned as returned:
                return returned.value
            if not self.live:
                raise Unreadable("a function that returns nothing")
            return None

        return run

    def _is_local(self, node: cst.CSTNode) -> bool:
        stack = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, cst.Name) and part.value in self.locals:
                return True
            if isinstance(part, (cst.GeneratorExp, cst.ListComp, cst.Lambda)) or _is_super(part):
                return True
            if isinstance(part, (cst.Attribute, cst.Arg)):
                stack.append(part.value)
            else:
                stack.extend(children(part))
        return False

    def _static(self, node: cst.CSTNode) -> Any:
        with self.at.elsewhere(self.scope.unit, self.scope):
            self.at.statement = node
            value = self.at.evaluate(node)
        try:
            return static(self.at, value, self.depth)
        except Unreadable:
            name = dotted(node)
            if name is not None and isinstance(value, Opaque) and value.path is None:
                raise Unreadable(name) from None
            raise

    def _text(self, node: cst.CSTNode) -> str:
        return f"`{self.scope.unit.code(node)}`"

    def _binary(
        self,
        table: Mapping[type[cst.CSTNode], Callable[[Any, Any], Any]],
        op: cst.CSTNode,
        left: cst.CSTNode,
        right: cst.CSTNode,
    ) -> Compiled:
        operation = table.get(type(op))
        if operation is None:
            raise Unreadable(self._text(left))
        one, other = self.expression(left), self.expression(right)
        return lambda frame: operation(one(frame), other(frame))

    def _unary(self, op: cst.CSTNode, inner: cst.CSTNode) -> Compiled:
        value = self.expression(inner)
        match op:
            case cst.Minus():
                return lambda frame: -value(frame)
            case cst.Not():
                return lambda frame: not value(frame)
            case cst.Plus():
                return value
        raise Unreadable(self._text(inner))

    def _comparison(self, node: cst.Comparison) -> Compiled:
        first = self.expression(node.left)
        rest: list[tuple[Callable[[Any, Any], Any], Compiled]] = []
        for target in node.comparisons:
            operation = COMPARISONS.get(type(target.operator))
            if operation is None:
                raise Unreadable(self._text(node))
            rest.append((operation, self.expression(target.comparator)))

        def compare(frame: Frame) -> bool:
            left = first(frame)
            for operation, right in rest:
                value = right(frame)
                if not operation(left, value):
                    return False
                left = value
            return True

        return compare

    def _call(self, node: cst.Call) -> Compiled:
        if self._only_says(node.func):
            return lambda frame: None
        function = self._callee(node.func)
        positional = [
            (self.expression(arg.value), arg.star == "*")
            for arg in node.args
            if arg.keyword is None and arg.star != "**"
        ]
        keywords = {
            arg.keyword.value: self.expression(arg.value)
            for arg in node.args
            if arg.keyword is not None
        }
        mappings = [self.expression(arg.value) for arg in node.args if arg.star == "**"]
        if not mappings and not any(star for _, star in positional):
            plain = [part for part, _ in positional]
            return lambda frame: function(frame)(
                *(part(frame) for part in plain),
                **{key: part(frame) for key, part in keywords.items()},
            )

        def call(frame: Frame) -> Any:
            values: list[Any] = []
            for part, star in positional:
                value = part(frame)
                values += value if star else [value]
            named = {key: part(frame) for key, part in keywords.items()}
            for part in mappings:
                named.update(part(frame))
            return function(frame)(*values, **named)

        return call

    def _only_says(self, node: cst.BaseExpression) -> bool:
        """Whether a function only prints or warns."""
        if self._is_local(node):
            return False
        with self.at.elsewhere(self.scope.unit, self.scope):
            self.at.statement = node
            target = self.at.evaluate(node)
        return isinstance(target, External) and target.name.startswith(_SAYS)

    def _callee(self, node: cst.BaseExpression) -> Compiled:
        """Return what is called, as a function of the frame."""
        match node:
            case cst.Attribute(value=value, attr=cst.Name(value=name)) if _is_super(value):
                owner = self.owner
                if owner is None or not self.live:
                    raise Unreadable(self._text(node))
                return lambda frame: frame[self.first].inherited(owner, name)
        if self._is_local(node):
            return self.expression(node)
        with self.at.elsewhere(self.scope.unit, self.scope):
            self.at.statement = node
            target = self.at.evaluate(node)
        owner = self.owner
        if isinstance(target, External) and owner is not None and self.live:
            of_base = _OF_SCHEDULERS.fullmatch(target.name)
            if of_base is not None:
                name = of_base[1]
                return lambda frame: (
                    lambda live, *args, **kwargs: live.inherited(owner, name)(*args, **kwargs)
                )
        function = compile_function(self.at, target, self.depth + 1)
        return lambda frame: function

    def _comprehension(self, node: cst.GeneratorExp | cst.ListComp) -> Compiled:
        comp = node.for_in
        if comp.inner_for_in is not None:
            raise Unreadable(self._text(node))
        source = self.expression(comp.iter)
        bind = self._target(comp.target)
        tests = [self.expression(part.test) for part in comp.ifs]
        element = self.expression(node.elt)

        def collect(frame: Frame) -> list[Any]:
            inner = dict(frame)
            found = []
            for item in source(frame):
                bind(inner, item)
                if all(test(inner) for test in tests):
                    found.append(element(inner))
            return found

        return collect

    # -- statements -------------------------------------------------------------------------

    def block(self, block: cst.BaseSuite) -> list[Compiled]:
        """Return statements as closures that run one after the other."""
        parts = [part for one in statements_of(block) for part in small_statements(one) or [one]]
        compiled = [self.statement(part) for part in parts]
        return [one for one in compiled if one is not None]

    def statement(self, node: cst.CSTNode) -> Compiled | None:
        """One statement, or None where it does nothing."""
        match node:
            case cst.Return(value=value):
                if value is None and not self.live:
                    raise Unreadable("a bare return")
                result = (lambda frame: None) if value is None else self.expression(value)

                def leave(frame: Frame) -> None:
                    raise _Returned(result(frame))

                return leave
            case cst.If():
                return self._if(node)
            case cst.Assign(targets=targets, value=value):
                result = self.expression(value)
                binds = [self._target(target.target) for target in targets]

                def assign(frame: Frame) -> None:
                    value = result(frame)
                    for bind in binds:
                        bind(frame, value)

                return assign
            case cst.AnnAssign(target=target, value=value):
                if value is None:
                    return None
                result, bind = self.expression(value), self._target(target)
                return lambda frame: bind(frame, result(frame))
            case cst.AugAssign(target=target, operator=op, value=value):
                operation = ARITHMETIC.get(type(op))
                if operation is None:
                    raise Unreadable(self._text(node))
                old, result, bind = (
                    self.expression(target),
                    self.expression(value),
                    self._target(target),
                )
                return lambda frame: bind(frame, operation(old(frame), result(frame)))
            case cst.For(target=target, iter=source, body=body, orelse=None):
                return self._for(target, source, body)
            case cst.While(test=test, body=body, orelse=None):
                return self._while(test, body)
            case cst.Break() | cst.Continue():
                goes_on = isinstance(node, cst.Continue)

                def leave_iteration(frame: Frame) -> None:
                    raise _Left(goes_on=goes_on)

                return leave_iteration
            case cst.FunctionDef(name=cst.Name(value=name)) if not node.decorators:
                function = self._closure(node)
                return lambda frame: frame.__setitem__(name, function(frame))
            case cst.Raise() | cst.Assert():
                return self._refusal(node)
            case cst.Import() | cst.ImportFrom():
                return None
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()) | cst.Pass():
                return None
            case cst.Expr(value=cst.Call(func=cst.Name(value="print"))):
                return None
            case cst.Expr(value=cst.Call() as call) if self.live:
                return self.expression(call)
        raise Unreadable(self._text(node))

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

    def _target(self, node: cst.BaseExpression) -> Callable[[Frame, Any], None]:
        """Return what assigns a value to a name, an attribute, an item or a tuple of them."""
        match node:
            case cst.Name(value=name):
                self.locals.add(name)
                return lambda frame, value: frame.__setitem__(name, value)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                parts = [self._target(element.value) for element in elements]

                def unpack(frame: Frame, value: Any) -> None:
                    for bind, item in zip(parts, list(value), strict=True):
                        bind(frame, item)

                return unpack
            case cst.Attribute(value=value, attr=cst.Name(value=name)) if self.live:
                owner = self.expression(value)
                return lambda frame, value: _set(owner(frame), name, value)
            case cst.Subscript(value=value) if self.live:
                match indices_of(node):
                    case [cst.BaseExpression() as key]:
                        owner, index = self.expression(value), self.expression(key)
                        return lambda frame, value: owner(frame).__setitem__(index(frame), value)
        raise Unreadable(self._text(node))

    def _refusal(self, node: cst.Raise | cst.Assert) -> Compiled:
        """Return a ``raise`` or an ``assert``; what is raised is not followed."""
        text = self._text(node)
        test = self.expression(node.test) if isinstance(node, cst.Assert) else None

        def refuse(frame: Frame) -> None:
            if test is None or not test(frame):
                raise Unreadable(text)

        return refuse

    def _for(
        self, target: cst.BaseExpression, source: cst.CSTNode, body: cst.BaseSuite
    ) -> Compiled:
        items = self.expression(source)
        bind = self._target(target)
        parts = self.block(body)

        def loop(frame: Frame) -> None:
            for item in _bounded(items(frame)):
                bind(frame, item)
                if not _runs_on(parts, frame):
                    break

        return loop

    def _while(self, test: cst.CSTNode, body: cst.BaseSuite) -> Compiled:
        holds, parts = self.expression(test), self.block(body)

        def loop(frame: Frame) -> None:
            for _ in _bounded(iter(lambda: bool(holds(frame)), False)):
                if not _runs_on(parts, frame):
                    break

        return loop


def _bounded(items: Iterable[Any]) -> Iterator[Any]:
    for count, item in enumerate(items):
        if count > _MOST_STEPS:
            raise Unreadable("a loop that does not end")
        yield item


def _runs_on(parts: Sequence[Compiled], frame: Frame) -> bool:
    """Run an iteration; return False where it breaks."""
    try:
        for part in parts:
            part(frame)
    except _Left as left:
        return left.goes_on
    return True


def _set(owner: Any, name: str, value: Any) -> None:
    if not isinstance(owner, Live):
        raise Unreadable(f"an attribute {name}")
    owner.set(name, value)


def _is_super(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and (node.func.value == "super")
    )


_METHODS = frozenset(
    {
        *((list, name) for name in ("append", "extend", "index", "count", "copy")),
        *((dict, name) for name in ("get", "items", "keys", "values", "setdefault", "copy")),
        *((collections.Counter, name) for name in ("get", "elements", "items", "keys")),
        (tuple, "index"),
    }
)
"""Methods of plain values that a scheduler may call."""
_OF_SCHEDULERS = re.compile(r"torch\.optim\.lr_scheduler\.\w+\.(__init__|step|get_lr)")
_SAYS = ("warnings.", "logging.", "builtins.print", "loguru.")
"""Functions that only say something."""


def compile_method(machine: Machine, method: FunctionValue) -> Callable[..., Any]:
    """Return a method as a function of its object, which is `Live`, and the arguments."""
    compiler = _Compiler(machine, method, 0, live=True)
    names = compiler.parameters
    defaults: Frame = {
        name: static(machine, method.defaults[name]) for name in names if name in method.defaults
    }
    body = compiler.run_body()
    return lambda *args, **kwargs: body(compiler.frame_of(defaults, args, kwargs))


def _function(machine: Machine, value: FunctionValue, depth: int) -> Callable[..., Any]:
    compiler = _Compiler(machine, value, depth)
    names = compiler.parameters
    defaults: Frame = {}
    for name in names:
        if name in value.defaults:
            defaults[name] = static(machine, value.defaults[name], depth)
    body = compiler.run_body()
    return lambda *args, **kwargs: body(compiler.frame_of(defaults, args, kwargs))
