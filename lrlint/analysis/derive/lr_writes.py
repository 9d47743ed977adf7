"""The LRs that a script writes into param groups itself."""

from __future__ import annotations

import re

import libcst as cst

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.script_numbers import number_of
from lrlint.analysis.derive.step_guards import Path, conditions, excluded, guards_of, relative
from lrlint.analysis.model.records import OptimizerRecord
from lrlint.analysis.model.trace import Located, LRWrite, Repeat
from lrlint.analysis.places.origins import origin, text_of_origin
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Write
from lrlint.source.nodes import small_statements
from lrlint.symbolic import Expr

_LR_IN_USE = re.compile(r"get_(last_)?lr|param_?groups?|\[.lr.\]|sched|\.step\(", re.IGNORECASE)


def writes(
    record: OptimizerRecord | None, base: Path, located: list[Located], loops: Loops
) -> tuple[Write, ...]:
    """Return the LRs that are written into an optimizer's param groups, as seen from ``base``."""
    result = []
    assumed = conditions(base)
    for item in located:
        event = item.event
        if not isinstance(event, LRWrite) or event.optimizer is not record:
            continue
        path = relative(item.path, base)
        if excluded(path, assumed):
            continue
        result.append(
            Write(
                place=event.place,
                loops=tuple(loops.fact(node) for node in path if isinstance(node, Repeat)),
                order=item.order,
                value=number_of(event.value),
                group=_index(event.optimizer, event.group),
                visited=event.visited,
                guards=guards_of(path, loops, assumed),
                from_scratch=_from_scratch(event),
            )
        )
    return tuple(result)


def _index(record: OptimizerRecord, number: int | None) -> int | None:
    """Return the index of a param group that may be counted from the end; None if not known."""
    if number is None or number >= 0:
        return number
    index = number + len(record.groups)
    return None if record.unknown_groups or index < 0 else index


def _from_scratch(event: LRWrite) -> bool:
    """Whether a written LR is computed without the LR in use."""
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
    """Whether the caller of the function that writes an LR computes it without the LR in use."""
    call = event.via[-1] if event.via else None
    if call is None or not isinstance(call.node, cst.Call):
        return False
    places = [SyntaxPlace(call.unit, argument.value) for argument in call.node.args]
    numbers = [
        place
        for place in places
        if not isinstance(place.node, (cst.Name, cst.Attribute)) or origin(place) is not None
    ]
    return bool(numbers) and not any(_LR_IN_USE.search(_written(place)) for place in numbers)


def _written(place: SyntaxPlace) -> str:
    """Return an expression, and what is assigned to the name that it may be."""
    return f"{place.text} {text_of_origin(place)}"
