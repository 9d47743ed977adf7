"""The LR of the script's own schedulers, as a number that follows their counter.

It is what ``get_lr()`` of their class returns, or the base LR times what an ``lr_lambda`` returns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import calls, choices, class_objects, journal, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import class_member, external_bases
from lrlint.analysis.library.lambda_factor import only_one
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model import law_ends
from lrlint.analysis.model.computed import all_atoms
from lrlint.analysis.model.condition_queries import depends_on_loop
from lrlint.analysis.model.conditions import Condition, Relation
from lrlint.analysis.model.law_ends import End
from lrlint.analysis.model.records import (
    NotTaken,
    OptimizerRecord,
    OptimizerValue,
    OwnClass,
    OwnRate,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import Block, BranchNotTaken, Repeat, When
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Partial,
    Store,
)
from lrlint.formulas import LAWS
from lrlint.source.nodes import walk
from lrlint.symbolic import Atom, Expr, NotRepresentable, Strength, TooComplex

_PLAIN = frozenset(class_objects.BASES)


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
    rates = _rates_at(machine, own, optimizer, node, Expr.atom(step))
    factor = Expr.const(1) if own.plain else _base(machine, optimizer)
    return None if rates is None else _read(machine, step, rates, factor)


def _own_lambda(machine: Machine, own: OwnClass) -> str | None:
    """Return the method that ``super().__init__(optimizer, self.lr_lambda)`` gives a `LambdaLR`."""
    method = class_member(machine, own.cls, "__init__")
    bases = [base.rsplit(".", 1)[-1] for base in external_bases(own.cls)]
    if bases != ["LambdaLR"] or not isinstance(method, FunctionValue):
        return None
    if class_member(machine, own.cls, "get_lr") is not None:
        return None
    body = method.scope.unit.body_of(method.node)
    for node in () if body is None else walk(body):
        match node:
            case cst.Call(
                func=cst.Attribute(attr=cst.Name(value="__init__")),
                args=[_, cst.Arg(value=cst.Attribute(cst.Name("self"), cst.Name(name))), *_],
            ):
                return name
    return None


def starts_above_zero(
    machine: Machine, own: OwnClass, optimizer: OptimizerRecord, node: cst.Call
) -> bool:
    """Whether the constructor sets an LR above 0, for any settings or at least by default."""
    rates = _rates_at(machine, own, optimizer, node, Expr.const(0))
    number = None if rates is None else _number(machine, rates)[0]
    if number is None:
        return False
    base = _base(machine, optimizer)
    if base.value is None:  # whatever it is, it is above 0
        names = {atom.name for atom in base.atoms()}
        number = number.subs({a: Expr.const(1) for a in number.atoms() if a.name in names})
    return number.is_positive or (number.value is not None and number.value > 0)


_WARMUP = re.compile(r"warm_?up|total_(epochs?|iters?|steps?)$")


def warmup_before(machine: Machine, own: OwnClass) -> tuple[SchedulerRecord, Expr] | None:
    """Return the scheduler that a class begins to step after a warm-up, and how long that is.

    As `GradualWarmupScheduler` does, its ``step()`` steps the other one under a condition only.
    """
    given = list(own.given)
    builds, steps = (class_member(machine, own.cls, name) for name in ("__init__", "step"))
    if len(given) != 1 or given[0].parent is not None:
        return None
    if not isinstance(builds, FunctionValue) or not isinstance(steps, FunctionValue):
        return None
    names = [parameter.name.value for parameter in builds.node.params.params[2:]]
    values = {**dict(zip(names, own.positional, strict=False)), **own.keywords}
    lengths = [
        number
        for name, value in values.items()
        if _WARMUP.search(name) and (number := numbers.to_number(machine, value)) is not None
    ]
    body = steps.scope.unit.body_of(steps.node)
    inner = [name for name, value in values.items() if isinstance(value, SchedulerValue)]
    if len(lengths) != 1 or len(inner) != 1 or body is None:
        return None
    stepped = f".{inner[0]}.step"
    found = [node for node in walk(body) if _steps(node, stepped)]
    guarded = {
        id(node)
        for branch in walk(body)
        if isinstance(branch, (cst.If, cst.Else))
        for node in walk(branch.body)
    }
    waits = bool(found) and all(id(node) in guarded for node in found)
    return (given[0], lengths[0]) if waits else None


def _steps(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Call) and (dotted(node.func) or "").endswith(name)


def _rates_at(
    machine: Machine, own: OwnClass, optimizer: OptimizerRecord, node: cst.Call, counter: Expr
) -> Callable[[], AnyValue] | None:
    """Return what gives the LRs where the counter has a value."""
    factor = None if own.plain else _own_lambda(machine, own)
    method = class_member(machine, own.cls, factor or "get_lr")
    overridden = class_member(machine, own.cls, "step")
    if not (own.plain or factor) or not isinstance(method, FunctionValue) or overridden is not None:
        return None
    if any(own.given):
        return None
    rate = _base(machine, optimizer)
    instance = Instance(own.cls, Store(), path="self", open=True)

    def rates() -> AnyValue:
        given = [OptimizerValue(optimizer), *own.positional]
        if class_member(machine, own.cls, "__init__") is not None:
            calls.initialise(machine, instance, Arguments(given, dict(own.keywords)), node)
        instance.store.data["last_epoch"] = counter
        instance.store.data["base_lrs"] = ListValue([rate])
        bound = machine.find_method(instance, factor or "get_lr")
        if not isinstance(bound, FunctionValue):
            return Opaque()
        if factor is None:
            return machine.call_function(bound, Arguments())
        return machine.call_function(bound, Arguments([counter]))

    return rates


def lambda_rate(
    machine: Machine, function: AnyValue | None, optimizer: OptimizerRecord | None, node: cst.Call
) -> OwnRate | None:
    """Return the LR that the only function of a `LambdaLR` gives the first group."""
    function = only_one(function)
    if optimizer is None or not isinstance(function, (FunctionValue, Partial)):
        return None
    parameters = function.node.params.params if isinstance(function, FunctionValue) else ()
    names = [parameter.name.value for parameter in parameters if parameter.name.value != "self"]
    step = machine.index_atom(names[0] if names else "step")
    called = Arguments([Expr.atom(step)])
    return _read(
        machine, step, lambda: machine.call(function, called, node), _base(machine, optimizer)
    )


def _base(machine: Machine, optimizer: OptimizerRecord) -> Expr:
    rate = numbers.to_number(machine, optimizer.groups[0].get("lr")) if optimizer.groups else None
    return machine.named_number("the base LR", None, Strength.OPEN) if rate is None else rate


def _read(
    machine: Machine, step: Atom, rates: Callable[[], AnyValue], factor: Expr
) -> OwnRate | None:
    """Return the product of a factor and the first LR that the script's code returns."""
    number, events = _number(machine, rates)
    if number is None or step not in all_atoms(number):
        return None
    try:
        return OwnRate(factor * number, step, tuple(_not_taken(events)))
    except (TooComplex, NotRepresentable):
        return None


def _number(machine: Machine, rates: Callable[[], AnyValue]) -> tuple[Expr | None, Block]:
    """Return the first LR that the script's code returns, and the events of that code."""
    with journal.undone(machine) as events:
        try:
            return _first(machine, rates()), events
        except (TooComplex, NotRepresentable):
            return None, events


def _not_taken(block: Block) -> Iterator[NotTaken]:
    for node in block:
        if isinstance(node, BranchNotTaken):
            yield node.branch
        elif isinstance(node, (Repeat, When)):
            yield from _not_taken(node.body)


def _first(machine: Machine, value: AnyValue) -> Expr | None:
    """Return an LR, the first of those in a list, or of those of several branches."""
    match value:
        case ListValue(items=[first, *_]):
            return numbers.rate_of(machine, first)
        case Expr():
            return value
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
        for end in law_ends.ends(rate.number, counters)
        if end.at.is_integer and (end.cosine or not end.at.is_constant)
    }
    cosines = {at: end for at, end in found.items() if end.cosine}
    ends = cosines or found
    return next(iter(ends.values())) if len(ends) == 1 else None


def factor_decay(rate: OwnRate) -> End | None:
    """Return where the only decay of an ``lr_lambda`` ends; a cosine without a summand has none."""
    end = own_decay(rate)
    return None if end is None or (end.cosine and not law_ends.is_raised(rate.number)) else end
