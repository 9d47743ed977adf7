"""Who else writes an LR, reads or restores a state, and what a checkpoint holds."""

from __future__ import annotations

import re

import libcst as cst

from lrlint.analysis.derive import sites
from lrlint.analysis.derive.kinds import Loops
from lrlint.analysis.derive.reading import number_of
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.trace import Located, LRWrite, OptimizerCall, Repeat, Save, SchedulerCall
from lrlint.analysis.model.values import OptimizerRecord, SchedulerRecord
from lrlint.analysis.places.origins import origin, text_of_origin
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Call, Checkpoint, OptimizerUse, Schedule, Write
from lrlint.source.nodes import small_statements
from lrlint.symbolic import Expr

_LR_IN_USE = re.compile(r"get_(last_)?lr|param_?groups?|\[.lr.\]|sched|\.step\(", re.IGNORECASE)


def writes(
    record: OptimizerRecord | None, base: sites.Path, located: list[Located], loops: Loops
) -> tuple[Write, ...]:
    """The LRs that the script writes into an optimizer's param groups, as seen from ``base``."""
    found = []
    assumed = sites.conditions(base)
    for item in located:
        event = item.event
        if not isinstance(event, LRWrite) or event.optimizer is not record:
            continue
        path = sites.relative(item.path, base)
        if any(contradict(part, known) for part in sites.conditions(path) for known in assumed):
            continue
        found.append(
            Write(
                place=event.place,
                loops=tuple(loops.fact(node) for node in path if isinstance(node, Repeat)),
                order=item.order,
                value=number_of(event.value),
                group=event.group,
                guards=sites.guards_of(path, loops, assumed),
                from_scratch=_from_scratch(event),
            )
        )
    return tuple(found)


def _from_scratch(event: LRWrite) -> bool:
    """Whether nothing that a written LR is computed from has to do with the LR in use."""
    if isinstance(event.value, Expr):
        return True
    statement = event.place.statement
    parts = [] if statement is None else small_statements(statement) or [statement]
    for part in parts:
        match part:
            case cst.Assign(value=value):
                place = SyntaxPlace(event.place.unit, value)
                if isinstance(value, cst.Name) and origin(place) is None:
                    return _argument_from_scratch(event)
                return not _LR_IN_USE.search(_written(place))
    return False


def _argument_from_scratch(event: LRWrite) -> bool:
    """The same of a parameter of the function that writes it: what the caller hands over."""
    call = event.via[-1] if event.via else None
    if call is None or not isinstance(call.node, cst.Call):
        return False
    places = [SyntaxPlace(call.unit, argument.value) for argument in call.node.args]
    numbers = [
        one
        for one in places
        if not isinstance(one.node, (cst.Name, cst.Attribute)) or origin(one) is not None
    ]
    return bool(numbers) and not any(_LR_IN_USE.search(_written(one)) for one in numbers)


def _written(place: SyntaxPlace) -> str:
    """An expression, and what is assigned to the name that it may be."""
    return f"{place.text} {text_of_origin(place)}"


def calls_on(
    record: SchedulerRecord | OptimizerRecord, located: list[Located], loops: Loops
) -> tuple[Call, ...]:
    """The calls on a scheduler or an optimizer, its steps apart."""
    found = []
    for item in located:
        match item.event:
            case SchedulerCall(scheduler=owner) | OptimizerCall(optimizer=owner) if owner is record:
                found.append(_call(item, item.event, loops))
    return tuple(found)


def _call(item: Located, event: SchedulerCall | OptimizerCall, loops: Loops) -> Call:
    return Call(
        place=event.place,
        method=event.method,
        loops=tuple(loops.fact(repeat) for repeat in item.loops),
        guards=sites.guards_of(item.path, loops),
        order=item.order,
        inside_scheduler_class=isinstance(event, SchedulerCall) and event.inside_scheduler_class,
        own_state=event.own_state,
    )


def restored_first(
    record: OptimizerRecord | None, built: Located, located: list[Located], loops: Loops
) -> Call | None:
    """The last load of a checkpoint into an optimizer before a scheduler is built on it."""
    assumed = sites.conditions(built.path)
    found = None
    for item in located:
        event = item.event
        if item.order > built.order:
            break
        if (
            isinstance(event, OptimizerCall)
            and event.optimizer is record
            and event.method == "load_state_dict"
            and not event.own_state
            and not any(
                contradict(part, known) for part in sites.conditions(item.path) for known in assumed
            )
        ):
            found = _call(item, event, loops)
    return found


def checkpoints(
    located: list[Located], optimizers: dict[int, OptimizerUse], schedules: dict[int, Schedule]
) -> tuple[Checkpoint, ...]:
    """What is written to disk."""
    found = []
    for item in located:
        event = item.event
        if not isinstance(event, Save):
            continue
        keys = [id(record) for record in event.holds]
        found.append(
            Checkpoint(
                place=event.place,
                optimizers=tuple(optimizers[key] for key in keys if key in optimizers),
                schedules=tuple(schedules[key] for key in keys if key in schedules),
                order=item.order,
                open=event.open,
            )
        )
    return tuple(found)
