"""A cosine in the function of a `LambdaLR`: ``lambda t: 0.5 * (1 + math.cos(math.pi * t / T))``."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.lambda_factor import FactorLaws, only_one
from lrlint.analysis.model import law_ends, law_shape
from lrlint.analysis.model.compiling import NotComputable, compile_number
from lrlint.analysis.model.law_ends import End
from lrlint.analysis.model.law_shape import Mark
from lrlint.analysis.model.values import AnyValue, FunctionValue, Scope, Store
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import children, walk
from lrlint.symbolic import UNREPRESENTABLE, Atom, Expr, compare

_PI = Atom("pi", key=("pi",), lower=0, integer=False)


def decay_end(machine: Machine, function: AnyValue | None, laws: FactorLaws) -> End | None:
    """Return where the decay in an LR function ends, in its own body or in those that it calls.

    Return None where what it counts is bounded (``min(1, t / T)``), or where it has several ends.
    """
    function = only_one(function)
    if not isinstance(function, FunctionValue):
        return None
    if (cosine := cosine_end(machine, function)) is not None:
        end_at, place = cosine
        left = _is_left(end_at, laws.of(function))
        return End(end_at, Expr.const(0), cosine=True, place=place, clamped=left)
    body = function.scope.unit.body_of(function.node)
    if body is None:
        return None
    step, law = laws.of(function)
    if law is None or any(atom.key == step.key for atom in law.atoms() if atom != step):
        return None
    here = SyntaxPlace(function.scope.unit, function.node)
    cosines = any(_is_cosine(call) for call in _calls(body))
    found = {
        end.at: end
        for end in law_ends.ends(law, [(step, None)])
        if end.at.is_integer
        and (end.cosine or not (end.at.is_constant and end.clamped))
        and (end.clamped or not cosines)  # others are read above, where they can be
    }
    if len(found) != 1:
        return None
    (end,) = found.values()
    marks = list(law_shape.marks(law, [(step, None)]))
    if end.at.is_constant and not (end.cosine or marks):
        return None  # it may just fall by some amount per step
    if marks and not _is_last_part(law, step, end, marks):
        return None
    return replace(end, place=end.place or here)


def _is_left(end: Expr, function: tuple[Atom, Expr | None]) -> bool:
    """Whether another branch follows where a cosine ends: ``if t > T: return floor``."""
    step, law = function
    if law is None:
        return False
    changes = (mark.at for mark in law_shape.marks(law, [(step, None)]))
    return any(compare(at, last).equal for at in changes for last in (end, end + 1))


def _is_last_part(law: Expr, step: Atom, end: End, marks: Sequence[Mark]) -> bool:
    """Whether a line goes down to 0, or to its bound, where the last branch of a law ends."""
    last = end.at.value
    before = [mark.at.value for mark in marks]
    if end.floored:
        return True
    if last is None or end.cosine or not all(at is not None and at < last for at in before):
        return False
    try:
        factor = compile_number(law, [step])
        near, there = factor(int(last) - 1), factor(int(last))
        if end.clamped:
            begun = max(int(at) for at in before if at is not None)
            return there == factor(int(last) + 1) < factor(begun)
    except (NotComputable, ArithmeticError, ValueError):
        return False
    return near > 0 and abs(there) < _NOTHING


_NOTHING = 1e-12
"""Where a line is taken to be 0."""


def cosine_end(machine: Machine, function: FunctionValue) -> tuple[Expr, SyntaxPlace] | None:
    """Return after how many steps the only cosine in an LR function is at its minimum, and where.

    Return None where the function has no cosine, where it bounds the angle (``min(1, t / T)``), and
    where the cosine is meant to end elsewhere: FixMatch's ``cos(7 / 16 * pi * t / T)`` ends halfway
    down, and ``1 + cos(2 * pi * n * t / T)`` swings ``n`` times.
    """
    node = function.node
    body = function.scope.unit.body_of(node)
    if body is None:
        return None
    parameters = [parameter.name.value for parameter in node.params.params]
    cosines = [call for call in _calls(body) if _is_cosine(call)]
    if len(cosines) != 1 or len(parameters) != 1 + (function.receiver is not None):
        return None
    if not _is_raised(body, cosines[0]):
        return None
    step = machine.index_atom("step")
    scope = Scope(Store(), function.scope.unit, parent=function.scope)
    if function.receiver is not None:
        scope.store.data[parameters[0]] = function.receiver
    scope.store.data[parameters[-1]] = Expr.atom(step)
    with machine.elsewhere(scope.unit, scope):
        machine.run_block(list(_assignments(body, cosines[0])))
        angle = _angle(machine, cosines[0].args[0].value)
        stretched = _is_stretched(machine, step, cosines[0].args[0].value)
        place = machine.here(cosines[0])
    if angle is None or stretched:
        return None
    line = angle.linear_in(step)
    if line is None or line[0].number == 0:
        return None
    try:
        if any(_PI in (part / Expr.atom(_PI)).atoms() for part in line):
            return None
        slope, offset = (part.subs({_PI: 1}) for part in line)
        end = 1 / slope + law_ends.zero_of(slope, offset)
    except UNREPRESENTABLE:
        return None
    return None if step in end.atoms() else (end, place)


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    yield from (part for part in walk(node) if isinstance(part, cst.Call))


def _is_cosine(call: cst.Call) -> bool:
    return _last_name(call.func) == "cos" and len(call.args) == 1


def _is_raised(body: cst.CSTNode, cosine: cst.Call) -> bool:
    """Whether something is added to the cosine: ``1 + cos(x)`` ends at -1, ``cos(x)`` at 0."""
    names: set[str] = set()
    sums: list[cst.BaseExpression] = []
    for node in walk(body):
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                if value is cosine:
                    names.add(name)
            case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract(), right=right):
                sums += [left, right]
    return any(
        term is cosine or (isinstance(term, cst.Name) and term.value in names) for term in sums
    )


def _is_stretched(machine: Machine, step: Atom, angle: cst.BaseExpression) -> bool:
    """Whether an angle has a factor other than pi, the step and 1: it says how far to go."""
    product = Expr.const(1)
    for part in _factors(angle):
        factor = _angle(machine, part)
        if factor is None:
            return True
        if not factor.atoms() & {step, _PI}:
            product *= factor
    return product.value != 1


def _factors(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Yield the factors of a product; divisors are left out."""
    match node:
        case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
            yield from _factors(left)
            yield from _factors(right)
        case cst.BinaryOperation(left=left, operator=cst.Divide()):
            yield from _factors(left)
        case _:
            yield node


def _assignments(body: cst.CSTNode, before: cst.CSTNode) -> Iterator[cst.SimpleStatementLine]:
    """Yield the assignments of a function in source order, up to the cosine."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if node is before:
            return
        if isinstance(node, cst.SimpleStatementLine) and all(
            isinstance(part, (cst.Assign, cst.AnnAssign)) for part in node.body
        ):
            yield node
        stack.extend(reversed(list(children(node))))


_CONVERTS = ("float", "tensor", "as_tensor")


def _last_name(function: cst.CSTNode) -> str:
    return (dotted(function) or "").rsplit(".", 1)[-1]


_OPERATORS: dict[type[cst.BaseBinaryOp], Callable[[Expr, Expr], Expr]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
}


def _angle(machine: Machine, node: cst.BaseExpression) -> Expr | None:
    """Return a number in which pi is an atom, so that pi cancels exactly."""
    match node:
        case cst.BinaryOperation(left=left, operator=sign, right=right):
            operation = _OPERATORS.get(type(sign))
            first, second = _angle(machine, left), _angle(machine, right)
            if operation is None or first is None or second is None:
                return None
            try:
                return operation(first, second)
            except UNREPRESENTABLE:
                return None
        case cst.Name(value="pi") | cst.Attribute(attr=cst.Name(value="pi")):
            return Expr.atom(_PI)
        case cst.Float(value=digits) if abs(float(digits) - math.pi) < 1e-3:
            return Expr.atom(_PI)
        case cst.Call(func=function, args=[argument, *_]) if _last_name(function) in _CONVERTS:
            return _angle(machine, argument.value)
    return numbers.to_number(machine, machine.evaluate(node))
