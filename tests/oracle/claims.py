"""What each rule claims, as a question to the trajectory that torch recorded.

A claim returns why a finding cannot be true ("" where nothing speaks against it). Adding a rule is
adding one function. These are written from the rule catalogue, not from the rules' code, and say
nothing where the trajectory cannot tell.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .case import Case
from .compare import horizon
from .draft import TEXTBOOK
from .imports import SCHEDULERS
from .torch_run import Event, OptimizerRecord, Place, Recording, SchedulerRecord


@dataclass(frozen=True)
class Subject:
    """A schedule that a finding may be about."""

    case: Case
    recording: Recording
    schedule: SchedulerRecord
    place: Place
    """Where the finding points."""
    message: str = ""

    @property
    def optimizer(self) -> OptimizerRecord:
        return self.recording.optimizer(self.schedule)

    @property
    def top(self) -> SchedulerRecord:
        """The schedule that the script steps: this one, or the one it is part of."""
        schedule = self.schedule
        while schedule.parent is not None:
            schedule = self.recording.schedulers[schedule.parent]
        return schedule

    @property
    def steps(self) -> int:
        """How far this schedule advanced."""
        parent = self.schedule.parent
        if parent is None:
            return self.schedule.steps
        owner = self.recording.schedulers[parent]
        if owner.name != "SequentialLR":
            return owner.steps
        siblings = [s.index for s in self.recording.schedulers if s.parent == parent]
        number = siblings.index(self.schedule.index)
        bounds: list[int] = [0, *owner.arguments["milestones"], owner.steps]
        return max(0, min(owner.steps, bounds[number + 1]) - bounds[number])

    @property
    def used(self) -> list[float]:
        """Every LR that the optimizer really used, of all groups."""
        return [lr for group in self.optimizer.lr for lr in group]

    def events(self) -> list[Event]:
        """Return the steps of the schedule and its optimizer (of all, if that one never steps)."""
        top, every = self.top.index, not self.optimizer.steps
        return [
            e
            for e in self.recording.events
            if (e.kind == "scheduler-step" and e.number == top)
            or (e.kind == "optimizer-step" and (every or e.number == self.schedule.optimizer))
        ]


CONSTRUCTOR = re.compile(rf"\b({'|'.join(SCHEDULERS)})\(")

Claim = Callable[[Subject], str]
CLAIMS: dict[str, Claim] = {}


def claim(code: str) -> Callable[[Claim], Claim]:
    def register(function: Claim) -> Claim:
        CLAIMS[code] = function
        return function

    return register


def _length(subject: Subject) -> float | None:
    """Return the horizon as one number: the last milestone where there are several."""
    value = horizon(subject.schedule)
    if isinstance(value, (list, tuple)):
        return max(value, default=None)
    return value if isinstance(value, (int, float)) else None


@claim("LR101")
def step_in_batch_loop(s: Subject) -> str:
    if s.case.has("open:loader") and s.case.epochs and s.top.steps <= s.case.epochs:
        return ""  # nothing in the script says that an epoch has so few batches
    length = _length(s)
    if s.case.epochs and s.case.batches > 1 and s.top.steps <= s.case.epochs:
        return f"it steps {s.top.steps} times in {s.case.epochs} epochs"
    if length is not None and length >= s.steps:
        return f"its horizon {length} is not passed in {s.steps} steps"
    return ""


@claim("LR102")
def step_per_epoch(s: Subject) -> str:
    """A horizon written in batches is a mistake even where so few of them make it short."""
    length = _length(s)
    reached = length is None or length <= s.steps
    if reached and s.case.batches > 1 and s.top.steps >= s.optimizer.steps > 1:
        return f"it steps {s.top.steps} times in {s.optimizer.steps} optimizer steps"
    if length is not None and length <= s.steps and not s.case.has("horizon-unit:batch"):
        return f"its horizon {length} is reached in {s.steps} steps"
    return ""


@claim("LR103")
def never_stepped(s: Subject) -> str:
    if s.top.steps:
        return f"it steps {s.top.steps} times"
    return "" if s.optimizer.steps else "its optimizer is not stepped"


@claim("LR104")
def step_before_optimizer(s: Subject) -> str:
    events = s.events()
    here = [e for e in events if e.kind == "scheduler-step" and e.place == s.place]
    if here:
        events = [e for e in events if e.kind == "optimizer-step" or e.place == s.place]
    steps = [n for n, e in enumerate(events) if e.kind == "scheduler-step"]
    updates = [n for n, e in enumerate(events) if e.kind == "optimizer-step"]
    if not steps:
        return "it is never stepped"
    if not updates:
        return ""
    if steps[0] > updates[0] and steps[-1] > updates[-1]:
        return "each of its steps comes after the optimizer's"
    if here and steps[-1] < updates[0] and len(here) < s.top.steps:
        return "it steps here before the training only"
    return ""


@claim("LR105")
def stepped_twice(s: Subject) -> str:
    kinds = [e.kind for e in s.events()]
    while kinds and kinds[0] == "scheduler-step":
        kinds.pop(0)
    doubles = sum(a == b == "scheduler-step" for a, b in itertools.pairwise(kinds))
    return "" if doubles else "it never steps twice between two optimizer steps"


@claim("LR106")
def plateau_metric(s: Subject) -> str:
    if s.schedule.name == "ReduceLROnPlateau" or s.top.given:
        return ""
    return "no metric is passed to it"


@claim("LR107")
def epoch_argument(s: Subject) -> str:
    return "" if s.top.given else "it is never stepped with an argument"


@claim("LR108")
def ignores_accumulation(s: Subject) -> str:
    if s.top.steps > s.optimizer.steps:
        return ""
    return f"it steps {s.top.steps} times in {s.optimizer.steps} optimizer steps"


@claim("LR110")
def outside_training(s: Subject) -> str:
    kinds = [e.kind for e in s.events()]
    if "scheduler-step" not in kinds or "after the training" not in s.message:
        return ""
    later = kinds[kinds.index("scheduler-step") :]
    return "the optimizer steps after it" if "optimizer-step" in later else ""


@claim("LR201")
def t_max_mismatch(s: Subject) -> str:
    if s.schedule.name != "CosineAnnealingLR":
        return ""
    if s.recording.error is not None:
        return f"the script raises {type(s.recording.error).__name__}"
    difference = abs(s.steps - s.schedule.arguments["T_max"])
    if difference == 1 and s.case.argv:
        return ""  # one off for the number on the command line, which the script does not know
    return "" if difference > 1 else f"{s.steps} steps, T_max {s.schedule.arguments['T_max']}"


@claim("LR202")
def one_cycle_length(s: Subject) -> str:
    length = _length(s)
    if length is None or s.recording.error is not None:
        return ""
    if length - 1 <= s.steps <= length:
        return f"{s.steps} steps, total_steps {length}: it ends where it should"
    return ""


@claim("LR203")
def restart_cut_short(s: Subject) -> str:
    if s.schedule.name != "CosineAnnealingWarmRestarts" or s.top.given:
        return ""
    start, cycle = 0, int(s.schedule.arguments["T_0"])
    while start + cycle <= s.steps:
        start, cycle = start + cycle, cycle * int(s.schedule.arguments["T_mult"])
    return "" if s.steps > start else f"{s.steps} steps end on a restart"


@claim("LR204")
def warmup_not_deducted(s: Subject) -> str:
    owner = None if s.schedule.parent is None else s.recording.schedulers[s.schedule.parent]
    length = _length(s)
    if owner is None or owner.name != "SequentialLR" or length is None:
        return ""
    whole = owner.arguments["milestones"][-1] + length
    return "" if whole > owner.steps else f"warm-up and {length} fit into {owner.steps} steps"


@claim("LR205")
def never_reached(s: Subject) -> str:
    length = _length(s)
    names = ("MultiStepLR", "StepLR", "LinearLR", "ConstantLR", "PolynomialLR", "SequentialLR")
    if length is None or s.schedule.name not in names:
        return ""
    return "" if length >= s.steps else f"{length} is reached in {s.steps} steps"


@claim("LR210")
def warmup_never_ends(s: Subject) -> str:
    if s.schedule.parent is not None or "no ramp" in s.message:
        return ""
    full = max(s.optimizer.base) * (1 - 1e-9)
    return "the base LR is reached" if max(s.used, default=0.0) >= full else ""


@claim("LR206")
def horizon_ignores_accumulation(s: Subject) -> str:
    length = _length(s)
    if length is not None and length <= s.steps:
        return f"its horizon {length} is reached in {s.steps} steps"
    return ""


@claim("LR207")
def degenerate_horizon(s: Subject) -> str:
    value = horizon(s.schedule)
    values = value if isinstance(value, (list, tuple)) else [value]
    sound = all(isinstance(v, int) and v > 0 for v in values)
    if sound and value is not None and s.recording.error is None:
        return f"the horizon is {value}"
    return ""


@claim("LR209")
def resume_replays_schedule(s: Subject) -> str:
    """The scripts are run from their beginning: all that shows is that it starts from 0 there."""
    return f"it starts from {s.schedule.arguments['last_epoch']}" if _resumes(s) else ""


def _resumes(s: Subject) -> bool:
    return s.schedule.arguments.get("last_epoch", -1) != -1


@claim("LR301")
def eta_min_zero(s: Subject) -> str:
    """The LR falls below 1 % of its base, or to the share that the message names."""
    eta = s.schedule.arguments.get("eta_min")
    if eta is None or not s.used:
        return ""
    if eta != 0:
        return f"eta_min is {eta}"
    if " of T_max" in s.message or " of T_0" in s.message or "of every cycle" in s.message:
        return _flat_end(s)
    if s.recording.error is not None or s.optimizer.steps < s.top.steps:
        return ""  # the training ends early, or passes over some of the LRs
    base = max(s.optimizer.base)
    named = re.search(r"runs? at ([\d.]+(?:e-?\d+)?) %", s.message)
    if named is None:
        lowest = min(s.used)
        return (
            "" if lowest < 0.01 * base else f"the LR never falls below 1 %: {lowest:g} of {base:g}"
        )
    share = float(named[1]) / 100
    bases, groups = s.optimizer.base, s.optimizer.lr
    shares = [lr / b for b, group in zip(bases, groups, strict=True) for lr in group]
    if any(abs(x - share) <= 0.06 * share + 1e-9 for x in shares):
        return ""
    return f"no step runs at {share:.2%} of the base LR (the lowest at {min(shares):.2%})"


def _flat_end(s: Subject) -> str:
    """Judge what a message says of the curve if it does not know the length of the training."""
    length = _length(s)
    assert length is not None
    shares = [(1 + math.cos(math.pi * t / length)) / 2 for t in range(math.ceil(length))]
    low = sum(share < 0.01 for share in shares)
    if (named := re.search(r"runs? at ([\d.]+(?:e-?\d+)?) %", s.message)) is not None:
        claimed = float(named[1]) / 100
        if abs(shares[-1] - claimed) > 0.06 * claimed + 1e-9:
            return f"the last step is at {shares[-1]:.2%}, not {claimed:.2%}"
        return ""
    number = re.search(r"the last (?:([\d.]+)( %)?)? ?of", s.message)
    assert number is not None, s.message
    claimed = 1.0 if number[1] is None else float(number[1])
    if number[2] is not None:
        claimed *= length / 100
    slack = 1 if number[2] is not None else 0
    return f"{low} steps are below 1 %, not {claimed:g}" if abs(low - claimed) > slack else ""


@claim("LR302")
def eta_min_not_below_lr(s: Subject) -> str:
    eta = s.schedule.arguments.get("eta_min")
    if eta is None or eta >= min(s.optimizer.base):
        return ""
    return f"eta_min {eta} is below {min(s.optimizer.base)}"


@claim("LR304")
def overrides_lr(s: Subject) -> str:
    base, used = s.optimizer.base[0], s.used
    if not used or not used[0] / 9.99 < base < max(used) * 9.99:
        return ""
    return f"its LR {base} is among those used, {used[0]} to {max(used)}"


@claim("LR305")
def zero_lr_steps(s: Subject) -> str:
    if not s.used or min(abs(lr) for lr in s.used) <= 1e-15:
        return ""
    return f"the lowest LR is {min(abs(lr) for lr in s.used):g}"


@claim("LR401")
def optimizer_replaced(s: Subject) -> str:
    events = s.recording.events
    built = next(
        n
        for n, e in enumerate(events)
        if e.kind == "scheduler-built" and e.number == s.schedule.index
    )
    rebuilt = [n for n, e in enumerate(events) if n > built and e.kind == "optimizer-built"]
    if not rebuilt:
        return "no optimizer is built after it"
    later = events[rebuilt[0] :]
    if any(e.kind == "optimizer-step" and e.number == s.schedule.optimizer for e in later):
        return "its optimizer is stepped"
    return ""


@claim("LR405")
def get_lr_call(s: Subject) -> str:
    return "" if any(e.kind == "get-lr" for e in s.recording.events) else "get_lr is not called"


@claim("LR407")
def competing(s: Subject) -> str:
    others = [
        x
        for x in s.recording.schedules
        if x.optimizer == s.schedule.optimizer and x.index != s.schedule.index and x.steps
    ]
    return "" if others else "no other schedule of its optimizer is stepped"


@claim("LR409")
def rebuilt_in_loop(s: Subject) -> str:
    same = (s.schedule.place, s.schedule.optimizer)
    builds = [x for x in s.recording.schedulers if (x.place, x.optimizer) == same]
    if s.optimizer.steps <= s.case.batches:
        return ""  # the training ends in the first epoch
    return "" if len(builds) > 1 else "it is built once for its optimizer"


@claim("LR901")
def diverges(s: Subject) -> str:
    return "" if s.case.option("fault") in WRITES else "the script writes no LR"


WRITES = ("manual-write", "written-by-helper", "attribute-written", "resumed", "rewound")
"""Faults that set an LR, or load one."""


@claim("LR904")
def not_finite(s: Subject) -> str:
    return "" if any(lr < 0 or not math.isfinite(lr) for lr in s.used) else "every LR is in order"


# -- findings ------------------------------------------------------------------------------------


def _points(finding: Any) -> Iterable[tuple[str, int]]:
    for part in [finding, *(finding.get("related") or [])]:
        yield part.get("filename") or finding["filename"], part["location"]["row"]


def subjects(case: Case, recording: Recording, finding: Any) -> list[Subject]:
    """Return the schedules that a finding may mean: those built or stepped at its place, or all."""
    rows = [(name.replace("\\", "/"), row) for name, row in _points(finding)]

    def pointed(place: Place) -> bool:
        return any(row == place.row and name.endswith(place.file) for name, row in rows)

    file = next((f for f in case.files if rows[0][0].endswith(f)), "")
    here = Place(file, rows[0][1])
    built = [s for s in recording.schedulers if pointed(s.place)]
    stepped = {
        e.number for e in recording.events if e.kind == "scheduler-step" and pointed(e.place)
    }
    chosen = built or [recording.schedulers[n] for n in sorted(stepped)] or recording.schedulers
    return [Subject(case, recording, s, here, finding["message"]) for s in chosen]


def _about_a_branch_not_taken(case: Case, recording: Recording, finding: Any) -> bool:
    """Whether the finding names constructor calls, and none of them ran: torch cannot tell."""
    built = {s.place for s in recording.schedulers}
    named = []
    for name, row in _points(finding):
        for file, text in case.files.items():
            lines = text.splitlines()
            if name.replace("\\", "/").endswith(file) and row <= len(lines):
                named += [Place(file, row)] if CONSTRUCTOR.search(lines[row - 1]) else []
    return bool(named) and not built.intersection(named)


OF_THE_WHOLE = frozenset({"LR101", "LR102", "LR201", "LR203", "LR206", "LR301", "LR305"})
"""What is claimed of a training that runs to its end."""


def contradiction(case: Case, recording: Recording, finding: Any) -> str | None:
    """Return why a finding is false, "" if it is not; None if the trajectory cannot tell."""
    check = CLAIMS.get(finding["code"])
    if check is None or _about_a_branch_not_taken(case, recording, finding):
        return None
    if recording.error is not None and finding["code"] in OF_THE_WHOLE:
        return None
    if case.argv and "with the defaults" in finding["message"]:
        return None  # the script was run with other values
    reasons = [check(subject) for subject in subjects(case, recording, finding)]
    if not reasons:
        return "the script builds no scheduler"
    return "" if not all(reasons) else reasons[0]


# -- what must be reported -----------------------------------------------------------------------


def expected(case: Case, recording: Recording) -> dict[str, frozenset[str]]:
    """Return the certain mistakes of a textbook script: code -> codes that count as a report."""
    if any(case.option(axis) not in options for axis, options in TEXTBOOK.items()):
        return {}
    if len(recording.schedules) != 1 or recording.error is not None:
        return {}
    schedule = recording.schedules[0]
    t_max, base = schedule.arguments["T_max"], max(recording.optimizer(schedule).base)
    lowest = min(lr for group in recording.optimizer(schedule).lr for lr in group)
    found: dict[str, frozenset[str]] = {}
    per_batch = case.has("cadence:batch") and case.batches > 2
    if per_batch and t_max == case.epochs and case.has("horizon:wrong-unit"):
        found["LR101"] = frozenset({"LR101"})
    elif abs(schedule.steps - t_max) > 1:
        found["LR201"] = frozenset({"LR201", "LR101", "LR102"})
    if not found and "eta_min" not in schedule.explicit and lowest < 0.01 * base:
        found["LR301"] = frozenset({"LR301"})
    return found
