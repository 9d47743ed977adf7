"""Compare a prediction with what torch did."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .case import Case
from .torch_run import Recording, SchedulerRecord

RELATIVE = 1e-9
FLOOR = 1e-15

HORIZONS = {
    "CosineAnnealingLR": "T_max",
    "CosineAnnealingWarmRestarts": "T_0",
    "OneCycleLR": "total_steps",
    "StepLR": "step_size",
    "MultiStepLR": "milestones",
    "LinearLR": "total_iters",
    "ConstantLR": "total_iters",
    "PolynomialLR": "total_iters",
    "CyclicLR": "step_size_up",
    "SWALR": "anneal_epochs",
    "SequentialLR": "milestones",
}


@dataclass(frozen=True)
class Outcome:
    """How one schedule of one script was predicted."""

    kind: str
    """``exact``, ``undecided``, ``wrong``, ``missing``, ``invented``, ``slow``, or ``crash``."""
    detail: str = ""


def horizon(record: SchedulerRecord) -> Any:
    """Return the length that torch was given, in the scheduler's steps; None where it has none."""
    arguments = record.arguments
    if record.name == "OneCycleLR" and arguments["total_steps"] is None:
        return arguments["epochs"] * arguments["steps_per_epoch"]
    return arguments.get(HORIZONS.get(record.name, ""))


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=FLOOR)


def _lr(predicted: Sequence[Sequence[float]], real: list[list[float]], partial: bool) -> str:
    """Return the error in the predicted LRs, "" for none; ``partial``: the script broke off."""
    predicted = [group for group in predicted if group] or []
    if not real:
        return "" if partial or not predicted else f"LRs for {len(predicted[0])} steps, torch none"
    if len(predicted) != len(real):
        return f"{len(predicted)} param groups, torch {len(real)}"
    for number, (ours, theirs) in enumerate(zip(predicted, real, strict=True)):
        for step, (a, b) in enumerate(zip(ours, theirs, strict=False)):
            if not close(a, b):
                return f"group {number}, step {step}: {a!r}, torch {b!r}"
        if len(ours) < len(theirs) or (len(ours) > len(theirs) and not partial):
            return f"{len(ours)} optimizer steps, torch {len(theirs)}"
    return ""


def _length(predicted: Any, record: SchedulerRecord) -> str:
    """Return the error in the predicted horizon, if both sides have one."""
    if not predicted or predicted.get("value") is None:
        return ""
    parameter, value = predicted.get("parameter"), predicted["value"]
    real = horizon(record)
    if parameter != HORIZONS.get(record.name) or real is None:
        real = record.arguments.get(parameter)
    if real is None:
        return ""
    if isinstance(real, (list, tuple)):
        accepted: list[Any] = [list(real), max(real), real[-1], sorted(real)]
        right = (list(value) if isinstance(value, (list, tuple)) else value) in accepted
    else:
        right = close(float(value), float(real))
    return "" if right else f"{parameter}={value}, torch {real}"


def _count(predicted: Any, name: str, real: int) -> str:
    value = (predicted.get(name) or {}).get("value")
    return "" if value == real else f"{name} {value}, torch {real}"


def judge(case: Case, record: SchedulerRecord, recording: Recording, predicted: Any) -> Outcome:
    """Judge one predicted schedule against one of torch's."""
    optimizer = recording.optimizer(record)
    broken = recording.error is not None
    unit = f"{record.name} at {record.place.file}:{record.place.row}: "
    if predicted.get("lr") is None:
        return Outcome("undecided", f"{unit}unresolved {predicted.get('unresolved')}")
    faults = [_lr(predicted["lr"], optimizer.lr, broken), _length(predicted.get("horizon"), record)]
    rebuilt = sum(
        s.place == record.place and s.optimizer == record.optimizer for s in recording.schedules
    )
    if not broken and rebuilt == 1:
        faults.append(_count(predicted, "steps", record.steps))
    if not broken:
        faults.append(_count(predicted, "optimizer_steps", optimizer.steps))
    found = [fault for fault in faults if fault]
    return Outcome("wrong", unit + "; ".join(found)) if found else Outcome("exact")


def _group(
    case: Case, records: list[SchedulerRecord], recording: Recording, predicted: list[Any]
) -> list[Outcome]:
    """Pair the schedules that one line builds in the way that agrees most."""
    best: list[Outcome] = []
    shorter = min(len(records), len(predicted))
    pairings = itertools.product(
        itertools.combinations(records, shorter), itertools.permutations(predicted, shorter)
    )
    for some, order in pairings:
        pairs = zip(some, order, strict=True)
        outcomes = [judge(case, record, recording, p) for record, p in pairs]
        if not best or _right(outcomes) > _right(best):
            best = outcomes
    place = records[0].place
    label = f"{records[0].name} at {place.file}:{place.row}"
    # An open answer is one for all that its line builds.
    kind = "undecided" if any(p.get("lr") is None for p in predicted) else "missing"
    best += [Outcome(kind, f"{label} is not predicted")] * (len(records) - shorter)
    best += [Outcome("invented", f"{label} is predicted once too often")] * (
        len(predicted) - shorter
    )
    return best


def _distinct(
    case: Case, records: list[SchedulerRecord], predicted: list[Any]
) -> list[SchedulerRecord]:
    """Return the schedules of one line; those of a second fold need not be predicted again."""
    half = len(records) // 2
    return records[:half] if case.has("layout:folds") and len(predicted) <= half else records


def _right(outcomes: list[Outcome]) -> int:
    return sum(outcome.kind == "exact" for outcome in outcomes)


def _same_file(filename: str, file: str) -> bool:
    return filename.replace("\\", "/").endswith(file)


def _predicted(answer: Any) -> list[tuple[str, Any]]:
    """Return every schedule of an answer, with the file that it is reported in."""
    return [
        (
            schedule["location"].get("filename") or schedule.get("filename") or file["filename"],
            schedule,
        )
        for file in answer["files"]
        for schedule in file["schedules"]
    ]


def compare(case: Case, recording: Recording, answer: Any) -> list[Outcome]:
    """One outcome for each schedule of the script, and for each one predicted in vain.

    Schedules are matched by the row of the constructor's call, in the same file; one that is built
    in another module may be reported under the entry module, with its row.
    """
    rest = _predicted(answer)
    outcomes: list[Outcome] = []
    records: dict[Any, list[SchedulerRecord]] = {}
    for record in recording.schedules:
        group = records.setdefault(record.place, [])
        if record.optimizer not in {r.optimizer for r in group}:
            group.append(record)
    for place, group in records.items():
        same_row = [p for p in rest if p[1]["location"]["row"] == place.row]
        mine = [p for p in same_row if _same_file(p[0], place.file)]
        mine = mine or [p for p in same_row if p[1]["scheduler"] == group[0].name]
        rest = [p for p in rest if not any(p is m for m in mine)]
        outcomes += _group(case, _distinct(case, group, mine), recording, [p[1] for p in mine])
    for _, schedule in rest:
        detail = f"{schedule['scheduler']} at row {schedule['location']['row']} is never built"
        kind = "undecided" if schedule.get("lr") is None else "invented"
        outcomes.append(Outcome(kind, detail))
    return outcomes
