"""The ``get_lr()`` of the script's own schedulers, as a number that follows their counter."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import calls, choices, journal, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import class_member, external_bases
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model import law_shape
from lrlint.analysis.model.condition_queries import depends_on_loop
from lrlint.analysis.model.conditions import Condition, Relation
from lrlint.analysis.model.law_shape import End
from lrlint.analysis.model.records import OptimizerRecord, OptimizerValue, OwnClass, OwnRate
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    FunctionValue,
    Instance,
    ListValue,
    Store,
    alternatives,
)
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr, Strength

_PLAIN = frozenset({"LRScheduler", "_LRScheduler"})


def own_class(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> OwnClass | None:
    """Return a scheduler class of the project with its arguments; None where they are not known.

    It derives from one scheduler of torch's, and the optimizer is its first argument.
    """
    bases = {base.rsplit(".", 1)[-1] for base in external_bases(cls)}
    if len(bases) != 1 or not (bases <= _PLAIN or bases <= LAWS.keys()) or arguments.open:
        return None
    positional, keywords = list(arguments.positional), dict(arguments.keywords)
    optimizer = positional.pop(0) if positional else keywords.pop("optimizer", None)
    rest = [inner for value in (*positional, *keywords.values()) for inner in alternatives(value)]
    if not isinstance(optimizer, OptimizerValue) or any(
        isinstance(value, OptimizerValue) for value in rest
    ):
        return None
    return OwnClass(cls, tuple(positional), keywords, bases <= _PLAIN)


@models(*qualified(("torch.optim.lr_scheduler",), "LRScheduler.__init__", "_LRScheduler.__init__"))
def _initialise(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Do nothing where a class of the project calls the constructor of its base by name."""
    return NONE


def own_rate(
    machine: Machine, own: OwnClass, optimizer: OptimizerRecord, node: cst.Call
) -> OwnRate | None:
    """Return the LR of the first param group as a number of the counter; None if unreadable."""
    step = machine.index_atom("last_epoch")
    number = _rate_at(machine, own, optimizer, node, Expr.atom(step))
    return None if number is None else OwnRate(number, step)


def starts_above_zero(
    machine: Machine, own: OwnClass, optimizer: OptimizerRecord, node: cst.Call
) -> bool:
    """Whether the constructor sets an LR that is certain to be above 0."""
    number = _rate_at(machine, own, optimizer, node, Expr.const(0))
    return number is not None and number.is_positive


def _rate_at(
    machine: Machine, own: OwnClass, optimizer: OptimizerRecord, node: cst.Call, counter: Expr
) -> Expr | None:
    """Return the LR of the first param group where the counter has a value."""
    method = class_member(machine, own.cls, "get_lr")
    overridden = class_member(machine, own.cls, "step")
    if not own.plain or not isinstance(method, FunctionValue) or overridden is not None:
        return None
    if any(own.given):
        return None
    rate = numbers.to_number(machine, optimizer.groups[0].get("lr"))
    if rate is None:
        rate = machine.named_number("the base LR", None, Strength.OPEN)
    start = len(machine.journal)
    instance = Instance(own.cls, Store(), path="self", open=True)
    try:
        with machine.forgotten():
            given = [OptimizerValue(optimizer), *own.positional]
            if class_member(machine, own.cls, "__init__") is not None:
                calls.initialise(machine, instance, Arguments(given, dict(own.keywords)), node)
            instance.store.data["last_epoch"] = counter
            instance.store.data["base_lrs"] = ListValue([rate])
            bound = machine.find_method(instance, "get_lr")
            if not isinstance(bound, FunctionValue):
                return None
            return _first(machine, machine.call_function(bound, Arguments()))
    finally:
        journal.take_back(machine, start)


def _first(machine: Machine, value: AnyValue) -> Expr | None:
    """Return the first of the LRs in a list, or of those of several branches."""
    match value:
        case ListValue(items=[first, *_]):
            return numbers.rate_of(machine, first)
        case Choice(alternatives=[*earlier, (_, last)]):
            number = _first(machine, last)
            for condition, inner in reversed(earlier):
                if _never_holds(condition):
                    continue
                other = _first(machine, inner)
                if number is None or other is None or not depends_on_loop(condition):
                    return None
                joined = choices.join(machine, condition, other, number)
                number = joined if isinstance(joined, Expr) else None
            return number
    return None


def _never_holds(condition: Condition) -> bool:
    """Whether a counter is never that small: ``last_epoch < warmup`` without a warm-up."""
    match condition:
        case Relation(op="<", left=left, right=right):
            return (left - right).is_nonnegative
        case Relation(op="<=", left=left, right=right):
            return (left - right).is_positive
    return False


def own_decay(rate: OwnRate) -> End | None:
    """Return where the only decay of a law ends."""
    counters = [(rate.step, None)]
    found = {
        end.at: end
        for end in law_shape.ends(rate.number, counters)
        if end.at.is_integer and (end.cosine or not end.at.is_constant)
    }
    cosines = {at: end for at, end in found.items() if end.cosine}
    ends = cosines or found
    return next(iter(ends.values())) if len(ends) == 1 else None
