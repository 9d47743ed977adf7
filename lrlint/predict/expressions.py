"""Expressions of the script's functions, compiled to closures over the frame of local names."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
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
    External,
    FunctionValue,
    Method,
    Opaque,
    Scope,
    Store,
)
from lrlint.predict import arrays, tensors
from lrlint.predict.known_functions import COMPARISONS
from lrlint.predict.running import METHODS, Compiled, Frame, Live, Unreadable
from lrlint.source.nodes import children, indices_of

_OF_SCHEDULERS = re.compile(r"torch\.optim\.lr_scheduler\.\w+\.(__init__|step|get_lr)")
_SAYS = ("warnings.", "logging.", "builtins.print", "loguru.")
"""Functions that only say something."""


class ExpressionCompiler(ABC):
    """Compiles the expressions of one function, with the names that are local to it.

    A ``live`` method gets its object as an argument.
    """

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
        names = [*parameters.posonly_params, *parameters.params]
        self.positional = [parameter.name.value for parameter in names]
        named = [parameter.name.value for parameter in parameters.kwonly_params]
        self.rest = (
            parameters.star_arg.name.value if isinstance(parameters.star_arg, cst.Param) else None
        )
        self.options = None if parameters.star_kwarg is None else parameters.star_kwarg.name.value
        if function.receiver is not None and self.positional and not live:
            self.positional = self.positional[1:]
        self.parameters = [*self.positional, *named]
        self.owner = function.owner
        self.first = self.parameters[0] if self.parameters else ""
        self.locals = {*self.parameters, *filter(None, (self.rest, self.options))}
        if isinstance(self.body, cst.BaseSuite):
            self.locals |= assigned_names(self.body)

    @abstractmethod
    def function_of(self, value: AnyValue) -> Callable[..., Any]:
        """Return another function of the script as a callable."""

    @abstractmethod
    def constant(self, value: AnyValue) -> Any:
        """Return the Python object that a value is known to be."""

    @abstractmethod
    def closure(self, node: cst.Lambda | cst.FunctionDef) -> Compiled:
        """Return a function that reads the names of the function around it."""

    @abstractmethod
    def target(self, node: cst.BaseExpression) -> Callable[[Frame, Any], None]:
        """Return what assigns a value to a name, an attribute, an item or a tuple of them."""

    def expression(self, node: cst.CSTNode) -> Compiled:
        """Return an expression as a closure over the frame of local names."""
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
                return _local(name)
            case cst.Attribute(value=owner, attr=cst.Name(value=name)):
                return self._attribute(owner, name)
            case cst.Lambda():
                return self.closure(node)
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
            case cst.Set(elements=elements):
                parts = [self.expression(element.value) for element in elements]
                return lambda frame: {part(frame) for part in parts}
            case cst.Dict(elements=elements):
                return self._dict(node)
            case cst.NamedExpr(target=target, value=value):
                result, bind = self.expression(value), self.target(target)

                def name_it(frame: Frame) -> Any:
                    value = result(frame)
                    bind(frame, value)
                    return value

                return name_it
            case cst.Subscript(value=value):
                match indices_of(node):
                    case [cst.BaseExpression() as key]:
                        whole, index = self.expression(value), self.expression(key)
                        return lambda frame: whole(frame)[index(frame)]
                    case [cst.Slice(lower=lower, upper=upper, step=step)]:
                        whole = self.expression(value)
                        ends = [part and self.expression(part) for part in (lower, upper, step)]
                        return lambda frame: whole(frame)[slice(*(e and e(frame) for e in ends))]
            case cst.GeneratorExp():
                collect = self._comprehension(node)
                return lambda frame: iter(collect(frame))
            case cst.ListComp() | cst.SetComp():
                kind = list if isinstance(node, cst.ListComp) else set
                gather = self._comprehension(node)
                return lambda frame: kind(gather(frame))
        raise Unreadable(self.text(node))

    def _attribute(self, node: cst.BaseExpression, name: str) -> Compiled:
        owner = self.expression(node)
        text = self.text(node)

        def look_up(frame: Frame) -> Any:
            value = owner(frame)
            if isinstance(value, Live):
                return value.get(name)
            if (type(value), name) in METHODS:
                return getattr(value, name)
            method = None
            if isinstance(value, tensors.Tensor):
                method = tensors.method(value, name)
            elif isinstance(value, arrays.Array):
                method = arrays.method(value, name)
            elif isinstance(value, (int, float)) and name == "item":
                return lambda: value  # of a number of numpy's
            if method is not None:
                return method
            raise Unreadable(f"{text}.{name}")

        return look_up

    def _is_local(self, node: cst.CSTNode) -> bool:
        """Whether an expression depends on local names, or is compiled for another reason."""
        stack = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, cst.Call) and self._is_of_arrays(part.func):
                return True  # torch rounds, which the analyser does not follow
            if isinstance(part, cst.Name) and part.value in self.locals:
                return True
            if isinstance(part, (cst.BaseComp, cst.Lambda)) or _is_super(part):
                return True
            if isinstance(part, (cst.Attribute, cst.Arg)):
                stack.append(part.value)
            else:
                stack.extend(children(part))
        return False

    def _static(self, node: cst.CSTNode) -> Any:
        value = self._evaluate(node)
        try:
            return self.constant(value)
        except Unreadable:
            name = dotted(node)
            if name is not None and isinstance(value, Opaque) and value.path is None:
                raise Unreadable(name) from None
            raise

    def text(self, node: cst.CSTNode) -> str:
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
            raise Unreadable(self.text(left))
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
        raise Unreadable(self.text(inner))

    def _comparison(self, node: cst.Comparison) -> Compiled:
        first = self.expression(node.left)
        rest: list[tuple[Callable[[Any, Any], Any], Compiled]] = []
        for target in node.comparisons:
            operation = COMPARISONS.get(type(target.operator))
            if operation is None:
                raise Unreadable(self.text(node))
            rest.append((operation, self.expression(target.comparator)))

        if len(rest) == 1:
            ((operation, right),) = rest
            return lambda frame: operation(first(frame), right(frame))

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
        """Compile a call; one that only logs or prints does nothing."""
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

    def _is_of_arrays(self, node: cst.BaseExpression) -> bool:
        name = dotted(node)
        if name is None or name.split(".")[0] in self.locals:
            return False
        value = self._evaluate(node)
        return isinstance(value, External) and value.name.startswith(("torch.", "numpy."))

    def _evaluate(self, node: cst.CSTNode) -> AnyValue:
        """Return what the analyser knows of an expression without local names."""
        with self.at.elsewhere(self.scope.unit, self.scope):
            self.at.statement = node
            return self.at.evaluate(node)

    def _only_says(self, node: cst.BaseExpression) -> bool:
        """Whether a function only prints or warns."""
        if self._is_local(node):
            return False
        target = self._evaluate(node)
        return isinstance(target, External) and target.name.startswith(_SAYS)

    def _callee(self, node: cst.BaseExpression) -> Compiled:
        """Return what is called, as a function of the frame."""
        match node:
            case cst.Attribute(value=value, attr=cst.Name(value=name)) if _is_super(value):
                owner = self.owner
                if owner is None or not self.live:
                    raise Unreadable(self.text(node))
                return lambda frame: frame[self.first].inherited(owner, name)
        if self._is_local(node):
            return self.expression(node)
        target = self._evaluate(node)
        owner = self.owner
        if isinstance(target, External) and owner is not None and self.live:
            of_base = _OF_SCHEDULERS.fullmatch(target.name)
            if of_base is not None:
                name = of_base[1]
                return lambda frame: (
                    lambda live, *args, **kwargs: live.inherited(owner, name)(*args, **kwargs)
                )
        if isinstance(target, Opaque | Method) and isinstance(node, cst.Attribute):
            return self._attribute(node.value, node.attr.value)
        function = self.function_of(target)
        return lambda frame: function

    def _dict(self, node: cst.Dict) -> Compiled:
        pairs: list[tuple[Compiled, Compiled]] = []
        for element in node.elements:
            if not isinstance(element, cst.DictElement):
                raise Unreadable(self.text(node))
            pairs.append((self.expression(element.key), self.expression(element.value)))
        return lambda frame: {key(frame): value(frame) for key, value in pairs}

    def _comprehension(self, node: cst.GeneratorExp | cst.ListComp | cst.SetComp) -> Compiled:
        comp = node.for_in
        if comp.inner_for_in is not None:
            raise Unreadable(self.text(node))
        source = self.expression(comp.iter)
        bind = self.target(comp.target)
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


def _local(name: str) -> Compiled:
    def look_up(frame: Frame) -> Any:
        try:
            return frame[name]
        except KeyError:
            raise Unreadable(name) from None

    return look_up


def _is_super(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and (node.func.value == "super")
    )
