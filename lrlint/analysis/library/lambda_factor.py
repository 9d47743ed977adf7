"""The function of a `LambdaLR`: its factor at step 0, and whether it returns an LR by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import journal, members, numbers, parameters
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import words
from lrlint.analysis.model.compiling import NotComputable, compile_number
from lrlint.analysis.model.computed import Computed
from lrlint.analysis.model.records import OptimizerRecord
from lrlint.analysis.model.values import (
    AnyValue,
    FunctionValue,
    Instance,
    ListValue,
    Partial,
    Scope,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import children, number_of
from lrlint.symbolic import Atom, Expr, Strength

_SMALL = 0.05
"""A number in a function that equals the base LR is the LR up to here; 0.1 may be a factor."""
_NO_FACTOR = 1e-3
"""A number that is called an LR and is no larger than this is an LR, not a factor of one."""
_SMALL_BASE, _SMALL_FACTOR = 0.02, 0.005
"""A base LR up to the first, times factors up to the second, trains nothing: they are LRs."""
_STEPS = tuple(int(1.25**power) for power in range(73))
_CHOOSING = frozenset({"min", "max", "float", "clip", "maximum", "minimum"})
_DEEPEST = 12
"""How many names may be computed from each other."""


def called(machine: Machine, value: AnyValue | None) -> AnyValue | None:
    """Return an ``lr_lambda``, or those of a list, as functions of the step.

    Objects are replaced by their ``__call__``, and the arguments that a ``functools.partial`` gives
    by name become the function's defaults.
    """
    match value:
        case Partial(function=FunctionValue() as function, positional=(), keywords=keywords):
            return replace(function, defaults={**function.defaults, **keywords})
        case ListValue(items=list() as items):
            return replace(value, items=[called(machine, item) or item for item in items])
        case Instance():
            return machine.find_method(value, "__call__") or value
    return value


def only_one(value: AnyValue | None) -> AnyValue | None:
    """Return the function in a list of one; any other value as it is."""
    match value:
        case ListValue(items=[function]):
            return function
    return value


def first_factor(machine: Machine, value: AnyValue | None) -> Expr | None:
    """Return the result of an ``lr_lambda`` for step 0; of several functions, of the first."""
    if isinstance(value, ListValue) and value.items:
        value = value.items[0]
    return factor_at(machine, value, Expr.const(0)) if isinstance(value, FunctionValue) else None


def reads_step(value: AnyValue | None) -> bool:
    """Whether an ``lr_lambda`` is known to compute its factor from the step."""
    value = only_one(value)
    if not isinstance(value, FunctionValue):
        return False
    names = members.names_in_body(value)
    return any(parameter.name.value in names for parameter in value.node.params.params)


def factor_at(machine: Machine, value: FunctionValue, step: Expr) -> Expr | None:
    """Return the result of an ``lr_lambda`` for a step."""
    with journal.undone(machine):
        returned = machine.call_function(value, Arguments([step]))
        return numbers.to_number(machine, returned)


class FactorLaws:
    """The results of ``lr_lambda`` functions as numbers of the step, each computed once."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[FunctionValue, tuple[Atom, Expr | None]] = {}

    def of(self, function: FunctionValue) -> tuple[Atom, Expr | None]:
        """Return the step and the factor that the function returns for it, where that is known."""
        if function not in self._known:
            step = self._machine.index_atom("step")
            self._known[function] = step, factor_at(self._machine, function, Expr.atom(step))
        return self._known[function]


def absolute_lr(
    machine: Machine,
    value: AnyValue | None,
    optimizer: OptimizerRecord | None,
    laws: FactorLaws,
) -> tuple[SyntaxPlace | None, Expr | None]:
    """Return where an ``lr_lambda`` returns a multiple of the base LR instead of a factor of it.

    The second value is another LR, where it returns powers of that.
    """
    if optimizer is None or optimizer.unknown_groups:
        return None, None
    rates = [numbers.to_number(machine, group.get("lr")) for group in optimizer.groups]
    functions = value.items if isinstance(value, ListValue) else [value] * len(rates)
    if functions is None or len(functions) != len(rates):
        return None, None
    for function, rate in zip(functions, rates, strict=True):
        if not isinstance(function, FunctionValue) or rate is None or _is_another(machine, rate):
            continue
        if rate.value != 1:
            law = _Function(machine, function, rate, laws)
            place = law.absolute()
            if place is not None:
                return place, law.power_of
    return None, None


def _is_another(machine: Machine, rate: Expr) -> bool:
    """Whether the optimizer has another LR where the guards in force hold.

    One setting may choose both: an LR of 1 with the ``LambdaLR``, and a small one without it.
    """
    return any(
        machine.assumed(condition)
        for atom in rate.atoms()
        for condition in machine.replaced.get(atom, ())
    )


class _Function:
    """An ``lr_lambda``, with the base LR to look for in its results."""

    def __init__(
        self, machine: Machine, function: FunctionValue, rate: Expr, laws: FactorLaws
    ) -> None:
        self.machine, self.function, self.laws = machine, function, laws
        self.body = function.scope.unit.body_of(function.node)
        self.rate = rate
        atoms = rate.atoms()
        self.atoms = atoms if len(atoms) == 1 else {a for a in atoms if words.is_rate(a.name)}
        self.scope = Scope(Store(), function.scope.unit, function.scope, owner=function.owner)
        parameters.bind_parameters(machine, function, Arguments([Expr.const(0)]), self.scope)
        self.locals = _assignments(self.body)
        self.power_of: Expr | None = None

    def absolute(self) -> SyntaxPlace | None:
        """Return the place of the first result that is an LR."""
        for result in _results(self.body):
            if self._power(result) >= 1 or self._is_multiple(result):
                with self.machine.elsewhere(self.scope.unit, self.scope):
                    return self.machine.here(result)
        return self._through_helpers()

    def _through_helpers(self) -> SyntaxPlace | None:
        """Return where the result is an LR that a helper computes, or by its size."""
        step, law = self.laws.of(self.function)
        if law is None:
            return None
        if self._is_small(law, step) or any(
            factor in self.atoms and exponent > 0
            for side in _sides(law)
            for monomial in side.terms
            for factor, exponent in monomial
        ):
            with self.machine.elsewhere(self.scope.unit, self.scope):
                return self.machine.here(next(_results(self.body)))
        return None

    def _is_small(self, law: Expr, step: Atom) -> bool:
        """Whether a result is small for any step, as is the LR of ``512**-0.5 * step**-0.5``."""
        if self.rate.value is None or not 0 < self.rate.value <= _SMALL_BASE:
            return False
        try:
            compute = compile_number(law, [step])
            factors = [float(compute(at)) for at in _STEPS]
        except (NotComputable, ArithmeticError, ValueError):
            return False
        return 0 < max(factors) <= _SMALL_FACTOR

    def _power(self, node: cst.CSTNode, depth: int = 0) -> int:
        """Return the power of the base LR in an expression; -1 where it is a divisor."""
        if depth > _DEEPEST:
            return 0
        match node:
            case cst.Name(value=name) if name in self.locals:
                return max(self._power(value, depth + 1) for value in self.locals[name])
            case cst.Name() | cst.Attribute() | cst.Subscript():
                return int(self._is_rate(node))
            case cst.BinaryOperation(left=left, operator=op, right=right):
                first, second = self._power(left, depth + 1), self._power(right, depth + 1)
                match op:
                    case cst.Multiply():
                        return first + second
                    case cst.Divide():
                        return first - second
                    case cst.Add() | cst.Subtract():
                        return max(first, second)
                    case cst.Power() if self._is_small_rate(left):
                        return 1
            case cst.Call(func=function, args=arguments) if _name(function) in _CHOOSING:
                return max((self._power(arg.value, depth + 1) for arg in arguments), default=0)
            case cst.IfExp(body=body, orelse=orelse):
                return max(self._power(body, depth + 1), self._power(orelse, depth + 1))
        return 0

    def _number(self, node: cst.CSTNode) -> Expr | None:
        with self.machine.elsewhere(self.scope.unit, self.scope):
            self.machine.statement = node
            return numbers.to_number(self.machine, self.machine.evaluate(node))

    def _is_rate(self, node: cst.CSTNode) -> bool:
        """Whether a name is that of the base LR or a share of it."""
        number = self._number(node)
        return number is not None and any(_is_share(number, atom) for atom in self.atoms)

    def _is_small_rate(self, node: cst.CSTNode) -> bool:
        """Whether a name is that of an LR too small for a factor: ``decay_lr ** drops``."""
        number = self._number(node)
        if number is None or number.value is None or not 0 < number.value <= _NO_FACTOR:
            return False
        names = [words.last_part(atom.name) for atom in number.atoms() if number == Expr.atom(atom)]
        is_rate = any(name.endswith(("lr", "learning_rate")) for name in names)
        if is_rate:
            self.power_of = number
        return is_rate

    def _is_multiple(self, node: cst.CSTNode) -> bool:
        """Whether a product has the base LR as a plain number."""
        rate = self.rate.value if self.rate.strength is Strength.CONSTANT else None
        match node:
            case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
                return self._is_multiple(left) or self._is_multiple(right)
            case cst.BinaryOperation(left=left, operator=cst.Divide()):
                return self._is_multiple(left)
            case cst.Float():
                return rate is not None and 0 < rate <= _SMALL and number_of(node) == rate
        return False


def _sides(law: Expr) -> Iterator[Expr]:
    """Yield the alternatives of a law, one per branch."""
    atoms = law.atoms()
    key = next(iter(atoms)).key if len(atoms) == 1 else None
    if isinstance(key, Computed) and key.function == "if" and law == Expr.atom(*atoms):
        for part in key.parts:
            yield from _sides(part)
    else:
        yield law


def _is_share(number: Expr, atom: Atom) -> bool:
    parts = number.linear_in(atom) if atom in number.atoms() else None
    return parts is not None and parts[1].as_number() == 0


def _results(body: cst.CSTNode | None) -> Iterator[cst.CSTNode]:
    """Yield the expressions that a function returns; inner functions are left out."""
    if isinstance(body, cst.BaseExpression):  # of a lambda
        yield body
        return
    for part in _inside(body):
        if isinstance(part, cst.Return) and part.value is not None:
            yield part.value


def _assignments(body: cst.CSTNode | None) -> dict[str, list[cst.CSTNode]]:
    """Return the local names of a function, each with all expressions assigned to it."""
    values: dict[str, list[cst.CSTNode]] = {}
    for part in _inside(body):
        match part:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                values.setdefault(name, []).append(value)
    return values


def _inside(body: cst.CSTNode | None) -> Iterator[cst.CSTNode]:
    stack = [] if body is None else [body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            stack.extend(reversed(children(node)))


def _name(function: cst.CSTNode) -> str:
    match function:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
    return ""
