"""The arguments of a scheduler's constructor, and the horizon among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lrlint.analysis.derive.script_numbers import numbers_of
from lrlint.analysis.interpreter.numbers import as_default
from lrlint.analysis.model import trace
from lrlint.analysis.model.records import SchedulerRecord
from lrlint.analysis.model.values import AnyValue, Choice, Const, DictValue, ListValue, Opaque
from lrlint.facts import (
    HANDWRITTEN_COSINE,
    HANDWRITTEN_LINE,
    OWN_COSINE,
    OWN_LINE,
    WITH_CYCLES,
    WITH_PHASES,
    Argument,
    Horizon,
    Place,
    TrainerArguments,
    Unknown,
)
from lrlint.formulas import LAWS, SCHEDULER_TYPES, Law
from lrlint.symbolic import Expr, NotRepresentable, TooComplex

_DEEPEST = 8
"""How deeply nested lists are shown; a list may contain itself."""


def arguments_of(record: SchedulerRecord) -> Mapping[str, Argument]:
    """Return the arguments by parameter; those of an unknown law are not known."""
    arguments: dict[str, Argument] = {}
    for name, value in record.arguments.items():
        place = record.places.get(name)
        arguments[name] = Argument(
            value=Unknown() if name in record.assigned else _fact_of(value),
            place=place,
            text="" if place is None else place.text,
            reads=numbers_of(value) if name == "lr_lambda" else frozenset(),
        )
    return arguments


def cooldown_of(record: SchedulerRecord) -> Argument | None:
    """Return the epochs at the lowest LR that one of timm's factories adds."""
    if record.cooldown is None:
        return None
    value, place = record.cooldown
    return Argument(value=_fact_of(value), place=place, text="" if place is None else place.text)


def trainer_arguments(event: trace.TrainerArguments) -> TrainerArguments:
    """Return the arguments of a Trainer that builds its schedule."""
    arguments = {}
    for name, value in event.values.items():
        place = event.places.get(name)
        text = "" if place is None else place.text
        arguments[name] = Argument(value=_fact_of(value), place=place, text=text)
    return TrainerArguments(place=event.place, arguments=arguments)


def removed_arguments(record: SchedulerRecord) -> Mapping[str, Place]:
    """Return where arguments are given that the library no longer takes."""
    law = LAWS.get(record.law)
    removed = frozenset() if law is None else law.removed
    places = {name: place for name, place in record.places.items() if name in removed}
    # `verbose` was the fifth positional argument of ReduceLROnPlateau, which is `threshold` now.
    threshold = record.arguments.get("threshold") if "threshold" in record.places else None
    if isinstance(threshold, Const) and isinstance(threshold.value, bool):
        places |= {"verbose": record.places["threshold"]}
    return places


def _fact_of(value: AnyValue, depth: int = 0) -> object:
    """Return a value as rules see it."""
    if depth > _DEEPEST:
        return Unknown()
    match value:
        case Expr():
            return value
        case Const(value=constant):
            return constant
        case ListValue(items=list() as items):
            return tuple(_fact_of(item, depth + 1) for item in items)
        case DictValue(complete=True, store=store):
            return {key: _fact_of(item, depth + 1) for key, item in store.data.items()}
        case Opaque(number=Expr() as number):
            return number
        case Opaque(path=path):
            return Unknown(path or "")
        case Choice(alternatives=alternatives):
            for condition, item in alternatives:
                if condition.lean:
                    fact = _fact_of(item, depth + 1)
                    return as_default(value, fact) if isinstance(fact, Expr) else fact
    return Unknown(getattr(value, "path", None) or "")


def horizon_of(record: SchedulerRecord, arguments: Mapping[str, Argument]) -> Horizon | None:
    """Return how long a schedule is, from the first argument of its law that says so."""
    law = _law_of(record)
    if record.decay is not None:
        end, place = record.decay.at, record.decay.place
        cosine, line = HANDWRITTEN_COSINE, HANDWRITTEN_LINE
        if record.own_rate is not None and record.law != "LambdaLR":
            cosine, line = OWN_COSINE, OWN_LINE
        name = cosine if record.decay.cosine else line
        horizon = _horizon(name, end, place or record.place)
        return replace(horizon, stays=record.decay.clamped, floored=record.decay.floored)
    phases = [arguments.get(name) for name in _PHASES]
    if all(phase is not None and phase.value is not None for phase in phases):
        return _horizon(WITH_PHASES, _sum_of(phases), record.place)
    for name in () if law is None else law.horizon:
        parameter = name
        argument = arguments.get(parameter)
        if argument is None or argument.value is None:
            continue
        if parameter == "epochs":
            return _epochs_by_steps(record, argument, arguments.get("steps_per_epoch"))
        length = argument.number
        if length is None and isinstance(argument.value, tuple):
            last = argument.value[-1] if argument.value else None
            length = last if isinstance(last, Expr) else None
        if law is not None and law.positioned and length is not None:
            whole = _with_cycles(arguments, length)
            if whole != length:
                parameter, length = WITH_CYCLES, whole
        return _horizon(parameter, length, argument.place or record.place)
    return None


_PHASES = ("num_warmup_steps", "num_stable_steps", "num_decay_steps")


def _sum_of(parts: Iterable[Argument | None]) -> Expr | None:
    total = Expr.const(0)
    try:
        for part in parts:
            if part is None or part.number is None:
                return None
            total = total + part.number
    except (TooComplex, NotRepresentable):
        return None
    return total


def _with_cycles(arguments: Mapping[str, Argument], length: Expr) -> Expr | None:
    """Return the length of a schedule of timm's with all its cycles and the warm-up before them."""
    number = {name: argument.number for name, argument in arguments.items()}
    cycles, warmup = number.get("cycle_limit"), number.get("warmup_t")
    try:
        if "cycle_limit" in arguments:
            growth = number.get("cycle_mul")
            if cycles is None or cycles.value is None or growth is None or growth.value != 1:
                return length if cycles is not None and cycles.value == 1 else None
            length = length * max(cycles.value, 1)
        prefix = arguments.get("warmup_prefix")
        if prefix is None:  # other versions take other arguments
            return None
        if prefix.value is True:
            return None if warmup is None else length + warmup
    except (TooComplex, NotRepresentable):
        return None
    return length


def _law_of(record: SchedulerRecord) -> Law | None:
    """Return the law of a scheduler; of ``get_scheduler("cosine", …)``, that of the name."""
    name = record.arguments.get("name") if record.law == "get_scheduler" else None
    if isinstance(name, Const) and isinstance(name.value, str):
        return LAWS.get(SCHEDULER_TYPES.get(name.value, ""))
    return LAWS.get(record.law)


def _epochs_by_steps(
    record: SchedulerRecord, epochs: Argument, per_epoch: Argument | None
) -> Horizon | None:
    if per_epoch is None or per_epoch.value is None:
        return None
    length: Expr | None = None
    if epochs.number is not None and per_epoch.number is not None:
        try:
            length = epochs.number * per_epoch.number
        except (TooComplex, NotRepresentable):
            length = None
    return _horizon("epochs * steps_per_epoch", length, epochs.place or record.place)


def _horizon(parameter: str, length: Expr | None, place: Place) -> Horizon:
    unit = None if length is None else length.unit
    return Horizon(parameter=parameter, length=length, unit=unit, place=place)
