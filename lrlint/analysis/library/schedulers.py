"""LR schedulers: their constructors, with the law, the optimizer and the arguments of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import choices, escapes, members, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.lambda_cosine import decay_end
from lrlint.analysis.library.lambda_factor import (
    FactorLaws,
    absolute_lr,
    called,
    first_factor,
    reads_step,
)
from lrlint.analysis.library.lambda_reads import reads_of
from lrlint.analysis.library.own_laws import factor_decay, lambda_rate
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import (
    OptimizerRecord,
    OptimizerValue,
    OwnClass,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import BuildScheduler
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import AnyValue, Choice, Const, ListValue, Opaque, Stream, Value
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS, Law
from lrlint.symbolic import Expr

_LIBRARIES = (
    "torch.",
    "torchtune.",
    "transformers",
    "diffusers",
    "builtins.",
    "lr_scheduler.",
    "optim.",
)
_TIMM = "timm."


def construct(machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Return a scheduler where a name is that of a law, or looks like one and gets an optimizer."""
    last = name.rsplit(".", 1)[-1]
    law = LAWS.get(last)
    of_library = LAWS.get(f"{name.partition('.')[0]}.{last}")
    if of_library is not None:
        return _build(machine, of_library, arguments, node)
    if law is not None and name.startswith(_TIMM if law.positioned else _LIBRARIES):
        return _build(machine, law, arguments, node)
    optimizer = _optimizer_among(arguments)
    if optimizer is None:
        return None
    chosen_by_name = name == "torch.optim.lr_scheduler.?"
    if chosen_by_name or _names_a_scheduler(last):
        if law is not None and law.positioned:
            last = name  # not timm's, though it has the name
        return choices.distribute(
            machine,
            optimizer,
            node,
            lambda item: build_unknown(
                machine, last, item, node, arguments, derived=chosen_by_name
            ),
        )
    return None


def _names_a_scheduler(name: str) -> bool:
    return name.endswith(("LR", "Scheduler", "Schedule", "_scheduler", "_schedule")) or (
        "WithWarmup" in name or "WarmRestarts" in name
    )


def _optimizer_among(arguments: Arguments) -> AnyValue | None:
    for value in arguments.all():
        if isinstance(value, OptimizerValue):
            return value
        if isinstance(value, Choice) and any(
            isinstance(item, OptimizerValue) for _, item in value.alternatives
        ):
            return value
    return None


_WRITES_LAST_EPOCH = re.compile(rb"""\[["']last_epoch["']\] *=[^=]""")
"""A resume that hands the number of steps on by ``**options``."""


def build_unknown(
    machine: Machine,
    name: str,
    optimizer: AnyValue,
    node: cst.CSTNode,
    arguments: Arguments,
    *,
    derived: bool = False,
    own: OwnClass | None = None,
) -> AnyValue:
    """Return a scheduler without a law: its steps are counted, its LR is not known.

    ``own`` is its class where the methods can be run.
    """
    for value in arguments.all():
        # `GradualWarmupScheduler(optimizer, …, after_scheduler=cosine)` steps the cosine itself.
        if isinstance(value, ListValue) or (
            own is None and any(isinstance(item, SchedulerValue) for item in alternatives(value))
        ):
            escapes.escape(value, f"passed to {name}(…)")
    for given in () if own is None else own.given:
        given.given_to = f"passed to {name}(…)"
    handed_on = arguments.open and _WRITES_LAST_EPOCH.search(machine.unit.source.data)
    record = SchedulerRecord(
        law=name,
        place=machine.here(node),
        optimizer=_record_of(machine, optimizer),
        arguments={"last_epoch": Opaque()} if handed_on else {},
        places={},
        derived=derived,
        sets_first_lr=name == "?",  # no class of torch's that settings can choose starts at 0
        open_arguments=True,
        own=own,
    )
    machine.emit(BuildScheduler(*machine.where(node), record))
    return SchedulerValue(record)


def _build(machine: Machine, law: Law, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Record a scheduler of a known law for each optimizer that its first argument may be."""
    keywords: dict[str, object] = {
        key: value for key, value in arguments.keywords.items() if key not in law.removed
    }
    if law.positioned:
        keywords = _of_older_timm(law, keywords)
    positional = arguments.positional
    if len(positional) == 1 + len(names := _positional(law)) and _VERBOSE in law.removed:
        positional = positional[: len(names)]  # it came last in older releases
    try:
        optimizer, bound = law.bind_call(positional, keywords)
    except TypeError as error:
        return _build_incomplete(machine, law, arguments, keywords, node, str(error))
    bound.pop("optimizer", None)
    counts = {*law.durations, *law.horizon}
    values = {
        name: _as_number(machine, as_value(value)) if name in counts else as_value(value)
        for name, value in bound.items()
    }
    target = _optimizer_of_parts(machine, values) if optimizer is None else as_value(optimizer)
    complete = not arguments.open
    return choices.distribute(
        machine,
        target,
        node,
        lambda item: _record(machine, law, item, values, arguments, node, complete=complete),
    )


_OLDER_NAMES = {"t_mul": "cycle_mul", "decay_rate": "cycle_decay"}


def _of_older_timm(law: Law, keywords: dict[str, object]) -> dict[str, object]:
    """Return keywords with the names of timm 1.0, where timm 0.4 followed the same law.

    Without a limit its cycles went on for ever.
    """
    limit = keywords.get("cycle_limit")
    if not isinstance(limit, Expr) or limit.value is None or limit.value < 1:
        return keywords
    known = {parameter.name for parameter in law.parameters}
    older = {name for name in _OLDER_NAMES if name in keywords and name not in known}
    return {_OLDER_NAMES[name] if name in older else name: keywords[name] for name in keywords}


def _as_number(machine: Machine, value: AnyValue) -> AnyValue:
    """Return an argument that counts steps as a number, although nothing has used it as one yet."""
    if isinstance(value, Opaque):
        return numbers.to_number(machine, value) or value
    if isinstance(value, ListValue) and value.items is not None:
        return replace(value, items=[_as_number(machine, item) for item in value.items])
    return _item_by_item(value)


_MOST_ITEMS = 64
"""Elements of a computed list, such as milestones, that are known one by one."""


def _item_by_item(value: AnyValue) -> AnyValue:
    """Return ``[n * k / 3 for k in range(1, 3)]`` as a list of numbers, where it is a short one."""
    match value:
        case Stream(once=None) as source:
            pass
        case ListValue(source=Stream() as source):
            pass
        case _:
            return value
    count = None if source.trips is None else source.trips.value
    if not isinstance(count, int) or not 0 < count <= _MOST_ITEMS or source.over_loader:
        return value
    items = [source.element(Expr.const(position)) for position in range(count)]
    return ListValue(items) if all(isinstance(item, Expr) for item in items) else value


def _build_incomplete(
    machine: Machine,
    law: Law,
    arguments: Arguments,
    keywords: dict[str, object],
    node: cst.Call,
    why: str,
) -> AnyValue:
    """Return a scheduler whose arguments do not fit or are not all known; ``why`` says which."""
    machine.note(machine.here(node), f"{law.name}: {why}")
    optimizer = _optimizer_among(arguments) or arguments.get(0) or Opaque()
    known = {parameter.name for parameter in law.parameters}
    values = {key: as_value(value) for key, value in keywords.items() if key in known}
    names = [parameter.name for parameter in law.parameters if not parameter.keyword_only]
    for name, value in zip(names, arguments.positional[1:], strict=False):
        values.setdefault(name, value)
    return choices.distribute(
        machine,
        optimizer,
        node,
        lambda item: _record(machine, law, item, values, arguments, node, complete=False),
    )


def _record(
    machine: Machine,
    law: Law,
    optimizer: AnyValue,
    values: dict[str, AnyValue],
    arguments: Arguments,
    node: cst.Call,
    *,
    complete: bool,
) -> SchedulerValue:
    """Record the construction of a scheduler; ``complete`` where all its arguments are known."""
    children = _children(machine, values.get("schedulers"))
    record = SchedulerRecord(
        law=law.name,
        place=machine.here(node),
        optimizer=_record_of(machine, optimizer),
        arguments=values,
        places=_places(law, arguments),
        children=children,
        open_arguments=not complete,
        reads={entry: read for value in values.values() for entry, read in reads_of(value).items()},
        kind=_kind(law),
    )
    if law.name == "LambdaLR":
        function, laws = called(machine, values.get("lr_lambda")), FactorLaws(machine)
        record.own_rate = lambda_rate(machine, function, record.optimizer, node)
        record.decay = decay_end(machine, function, laws)
        if record.decay is None and record.own_rate is not None:
            record.decay = factor_decay(record.own_rate)
        record.absolute_lr, record.power_of = absolute_lr(machine, function, record.optimizer, laws)
        record.first_factor = first_factor(machine, function)
    if law.name == "MultiplicativeLR":
        record.reads_step = reads_step(called(machine, values.get("lr_lambda")))
    if record.optimizer is None and children:
        record.optimizer = children[0].optimizer
    if record.optimizer is not None:
        members.drive(machine, record.optimizer)
    for child in children:
        child.parent = record
    machine.emit(BuildScheduler(*machine.where(node), record))
    return SchedulerValue(record)


def build(
    machine: Machine,
    law: Law,
    optimizer: OptimizerValue,
    arguments: Mapping[str, object],
    places: Mapping[str, SyntaxPlace],
    place: SyntaxPlace,
) -> SchedulerValue:
    """Record a scheduler that a library builds from settings that are written at a place."""
    record = SchedulerRecord(
        law=law.name,
        place=place,
        optimizer=optimizer.record,
        arguments={name: as_value(value) for name, value in arguments.items()},
        places=places,
        kind=_kind(law),
    )
    members.drive(machine, optimizer.record)
    machine.emit(BuildScheduler(place, tuple(machine.via), record))
    return SchedulerValue(record)


def _kind(law: Law) -> LibraryKind | None:
    return LibraryKind.TIMM_SCHEDULER if law.positioned else None


def _places(law: Law, arguments: Arguments) -> dict[str, SyntaxPlace]:
    """Return where each parameter is written."""
    names = _positional(law)
    if _VERBOSE in law.removed:
        names.append(_VERBOSE)
    places: dict[str, SyntaxPlace] = {}
    for key, place in arguments.places.items():
        if isinstance(key, str):
            places[key] = place
        elif key < len(names):
            places[names[key]] = place
    return places


_VERBOSE = "verbose"


def _positional(law: Law) -> list[str]:
    """Return the parameters that may be given by position, the optimizer included."""
    names = [parameter.name for parameter in law.parameters if not parameter.keyword_only]
    names.insert(law.optimizer_index, "optimizer")
    return names


def _children(machine: Machine, value: AnyValue | None) -> tuple[SchedulerRecord, ...]:
    """Return the parts of a `SequentialLR` or `ChainedScheduler`; of a choice, the likely one."""
    if not isinstance(value, ListValue) or value.items is None:
        return ()
    children = []
    for item in value.items:
        part = choices.chosen(machine, item)
        if isinstance(part, SchedulerValue):
            children.append(part.record)
        for condition, other in item.alternatives if isinstance(item, Choice) else ():
            if other is not part and machine.assumed(condition) is not False:
                escapes.escape(other, "part of a schedule in some cases only")
    return tuple(children)


def _optimizer_of_parts(machine: Machine, values: dict[str, AnyValue]) -> AnyValue:
    """Return the optimizer that the first part drives, under each condition that it depends on."""
    parts = values.get("schedulers")
    if not isinstance(parts, ListValue) or not parts.items:
        return Opaque()
    first = parts.items[0]
    if isinstance(first, Choice):
        return choices.choice(
            machine, [(condition, _driven_by(item)) for condition, item in first.alternatives]
        )
    return _driven_by(first)


def _driven_by(part: AnyValue) -> AnyValue:
    if isinstance(part, SchedulerValue) and part.record.optimizer is not None:
        return OptimizerValue(part.record.optimizer)
    return Opaque()


def _record_of(machine: Machine, value: AnyValue) -> OptimizerRecord | None:
    """Return the optimizer that a scheduler is given; an unknown value is taken for one."""
    if isinstance(value, OptimizerValue):
        return value.record
    if isinstance(value, Opaque):
        return machine.adopt(value)
    return None


def as_value(value: object) -> AnyValue:
    """Return an argument, or a default of a signature as a value of the analyser."""
    if isinstance(value, (Expr, Value)):
        return value
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return Const(value)
    if isinstance(value, (int, float)):
        return numbers.from_python(value)
    if isinstance(value, (tuple, list)):
        return ListValue([as_value(item) for item in value], kind="tuple")
    return Opaque()
