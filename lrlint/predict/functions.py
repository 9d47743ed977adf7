"""LR functions of the script (``lr_lambda``, ``scale_fn``), compiled from their syntax.

Nothing of the script is executed: each piece of syntax becomes one of our own closures, and names
from outside the function are looked up in what the analyser knows.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
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
    Const,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Partial,
    Scope,
    Store,
    Stream,
    leaning,
)
from lrlint.source.nodes import children, indices_of, small_statements, statements_of
from lrlint.symbolic import Expr

Frame = dict[str, Any]
Compiled = Callable[[Frame], Any]

_MOST_STEPS = 100_000
"""Iterations of the loops inside one call; a schedule has no business doing more."""


class Unreadable(ValueError):
    """The function does something that is not understood; the text says what."""


_COMPARISONS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
    cst.In: lambda item, container: item in container,
    cst.NotIn: lambda item, container: item not in container,
}
_MATH = (
    *("cos", "sin", "tan", "exp", "log", "log2", "log10", "sqrt", "pow"),
    *("floor", "ceil", "fabs", "tanh", "fmod", "trunc"),
)
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "builtins.min": min,
    "builtins.max": max,
    "builtins.abs": abs,
    "builtins.int": int,
    "builtins.float": float,
    "builtins.round": round,
    "builtins.pow": pow,
    "builtins.len": len,
    "builtins.sum": sum,
    "builtins.range": range,
    "builtins.bool": bool,
    "numpy.cos": math.cos,
    "numpy.sin": math.sin,
    "numpy.exp": math.exp,
    "numpy.sqrt": math.sqrt,
    "numpy.log": math.log,
    "numpy.power": pow,
    "numpy.minimum": min,
    "numpy.maximum": max,
    "numpy.clip": lambda x, low, high: min(max(x, low), high),
    **{f"math.{name}": getattr(math, name) for name in _MATH},
}
_CONSTANTS = {"math.pi": math.pi, "numpy.pi": math.pi, "math.e": math.e, "math.inf": math.inf}


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
        case External(name=name) if name in _FUNCTIONS:
            return _FUNCTIONS[name]
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
        case ListValue(items=list() as items):
            return [static(machine, item, depth) for item in items]
        case Stream(trips=Expr(value=int() as count)) if 0 <= count <= _MOST_STEPS:
            return [static(machine, value.element(Expr.const(i)), depth) for i in range(count)]
        case FunctionValue() | Partial() | Instance():
            return compile_function(machine, value, depth + 1)
        case Choice() if (lean := leaning(value)) is not value:
            return static(machine, lean, depth)
        case External(name=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case External(name=name) if name in _FUNCTIONS:
            return _FUNCTIONS[name]
        case Opaque(path=str() as path):
            from lrlint.analysis.interpreter import numbers

            number = numbers.to_number(machine, value)
            if number is not None and number.value is not None:
                return number.value
            raise Unreadable(path)
    raise Unreadable(getattr(value, "path", None) or getattr(value, "name", None) or "a value")


class _Compiler:
    """Compiles the body of one function."""

    def __init__(self, machine: Machine, function: FunctionValue, depth: int) -> None:
        self.at = machine
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
        if function.receiver is not None and self.parameters:
            self.parameters = self.parameters[1:]
        self.locals = set(self.parameters)
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
                return lambda frame: constant
        match node:
            case cst.Name(value=name):
                return lambda frame: frame[name]
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
                        owner, index = self.expression(value), self.expression(key)
                        return lambda frame: owner(frame)[index(frame)]
            case cst.GeneratorExp() | cst.ListComp():
                return self._comprehension(node)
        raise Unreadable(self._text(node))

    def _is_local(self, node: cst.CSTNode) -> bool:
        stack = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, cst.Name) and part.value in self.locals:
                return True
            if isinstance(part, (cst.GeneratorExp, cst.ListComp)):
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
            operation = _COMPARISONS.get(type(target.operator))
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
        with self.at.elsewhere(self.scope.unit, self.scope):
            self.at.statement = node
            target = self.at.evaluate(node.func)
        function = compile_function(self.at, target, self.depth + 1)
        positional = [self.expression(arg.value) for arg in node.args if arg.keyword is None]
        if any(arg.star for arg in node.args):
            raise Unreadable(self._text(node))
        keywords = {
            arg.keyword.value: self.expression(arg.value)
            for arg in node.args
            if arg.keyword is not None
        }
        return lambda frame: function(
            *(part(frame) for part in positional),
            **{key: part(frame) for key, part in keywords.items()},
        )

    def _comprehension(self, node: cst.GeneratorExp | cst.ListComp) -> Compiled:
        comp = node.for_in
        if comp.inner_for_in is not None or not isinstance(comp.target, cst.Name):
            raise Unreadable(self._text(node))
        name = comp.target.value
        source = self.expression(comp.iter)
        self.locals.add(name)
        tests = [self.expression(part.test) for part in comp.ifs]
        element = self.expression(node.elt)

        def collect(frame: Frame) -> list[Any]:
            inner = dict(frame)
            found = []
            for item in source(frame):
                inner[name] = item
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
            case cst.Return(value=None):
                raise Unreadable("a bare return")
            case cst.Return(value=value) if value is not None:
                result = self.expression(value)

                def leave(frame: Frame) -> None:
                    raise _Returned(result(frame))

                return leave
            case cst.If():
                return self._if(node)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                result = self.expression(value)
                return lambda frame: frame.__setitem__(name, result(frame))
            case cst.AnnAssign(target=cst.Name(value=name), value=value) if value is not None:
                result = self.expression(value)
                return lambda frame: frame.__setitem__(name, result(frame))
            case cst.AugAssign(target=cst.Name(value=name), operator=op, value=value):
                operation = ARITHMETIC.get(type(op))
                if operation is None:
                    raise Unreadable(self._text(node))
                result = self.expression(value)
                return lambda frame: frame.__setitem__(name, operation(frame[name], result(frame)))
            case cst.For(target=cst.Name(value=name), iter=source, body=body, orelse=None):
                return self._for(name, source, body)
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()) | cst.Pass():
                return None
            case cst.Expr(value=cst.Call(func=cst.Name(value="print"))):
                return None
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

    def _for(self, name: str, source: cst.CSTNode, body: cst.BaseSuite) -> Compiled:
        items = self.expression(source)
        parts = self.block(body)

        def loop(frame: Frame) -> None:
            for count, item in enumerate(items(frame)):
                if count > _MOST_STEPS:
                    raise Unreadable("a loop that does not end")
                frame[name] = item
                for part in parts:
                    part(frame)

        return loop


def _function(machine: Machine, value: FunctionValue, depth: int) -> Callable[..., Any]:
    compiler = _Compiler(machine, value, depth)
    names = compiler.parameters
    data = compiler.scope.store.data
    defaults: Frame = {}
    for name in names:
        if name in value.defaults:
            defaults[name] = static(machine, value.defaults[name], depth)
    for name in [*names, *compiler.locals]:
        # Parameters and local names are looked up in the frame, never in the script's scope.
        data.pop(name, None)
    if isinstance(compiler.body, cst.BaseExpression):  # of a lambda
        body = compiler.expression(compiler.body)
        return lambda *args, **kwargs: body(_frame(names, defaults, args, kwargs))
    if compiler.body is None:
        raise Unreadable("a function that cannot be parsed")
    parts = compiler.block(compiler.body)

    def call(*args: Any, **kwargs: Any) -> Any:
        frame = _frame(names, defaults, args, kwargs)
        try:
            for part in parts:
                part(frame)
        except _Returned as returned:
            return returned.value
        raise Unreadable("a function that returns nothing")

    return call


def _frame(
    names: Sequence[str], defaults: Frame, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Frame:
    return {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
