"""Calls that step, read, restore or overwrite a scheduler or an optimizer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lrlint.facts.loops import Cadence, Guard, GuardKind, Loop
from lrlint.facts.places import Place
from lrlint.symbolic import Expr


class StepArgument(Enum):
    """What a ``scheduler.step(...)`` call is given."""

    NOTHING = "nothing"
    METRIC = "a metric"
    EPOCH = "an epoch number"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False, kw_only=True)
class StepSite:
    """One ``step()`` call of an optimizer or a scheduler, as reached by one chain of calls."""

    place: Place
    loops: tuple[Loop, ...]
    """Outermost first; loops that also enclose the construction are left out."""
    guards: tuple[Guard, ...]
    per: Cadence
    count: Expr | None
    """How often it runs over the whole training."""
    order: int
    """Position in program order among all events, loops unrolled once."""
    argument: StepArgument = StepArgument.NOTHING
    argument_text: str = ""
    argument_source: str = ""
    """How the script computes the argument, where the argument is a name."""
    argument_result: str = ""
    """What the function of the script returns whose result the argument is, or what is appended to
    the list of which it is an item or the mean."""
    position: Expr | None = None
    """The epoch argument in the loop's first iteration, where each iteration adds one."""
    counted: Loop | None = None
    """The loop whose iterations the argument counts."""
    offset: Expr | None = None
    """The argument less how often the site has run, where that is the same in every iteration."""
    last: Expr | None = None
    """The argument in the last iteration of all loops."""
    local: bool = False
    """Whether the argument comes from data that the other processes of the training do not see."""
    scaled: bool = False
    """Whether a GradScaler makes the step: it skips the step where gradients overflow."""
    via: tuple[Place, ...] = ()
    """The calls through which it is reached, outermost first."""
    called_once: bool = False
    """Whether ``count`` takes a function that nobody in view calls to be called once."""

    @property
    def loop(self) -> Loop | None:
        """Return the innermost loop, or None outside all loops."""
        return self.loops[-1] if self.loops else None

    @property
    def accumulation(self) -> Guard | None:
        """Return the guard that lets it run every k iterations, or None where it has none."""
        return next((guard for guard in self.guards if guard.kind is GuardKind.EVERY_K), None)


@dataclass(frozen=True, eq=False, kw_only=True)
class Write:
    """An LR that the script writes itself: ``param_group["lr"] = …``."""

    place: Place
    loops: tuple[Loop, ...]
    order: int
    """Position in program order among all events, loops unrolled once."""
    value: Expr | None = None
    group: int | None = None
    """The param group's index, or None where it may be any or all of them."""
    visited: bool = False
    """Whether a loop visits that group, so that the script has chosen it by a condition."""
    guards: tuple[Guard, ...] = ()
    """The conditions under which it runs."""
    from_scratch: bool = False
    """Whether the value is computed without the LR in use and without a scheduler."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Call:
    """A call on a scheduler or optimizer other than ``step()`` that a rule may care about."""

    place: Place
    method: str
    loops: tuple[Loop, ...] = ()
    guards: tuple[Guard, ...] = ()
    """The conditions under which it runs."""
    order: int = 0
    """Position in program order among all events, loops unrolled once."""
    inside_scheduler_class: bool = False
    own_state: bool = False
    """Whether ``load_state_dict`` gets a state of the same run: the run goes back to it, instead of
    resuming from a checkpoint."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OrderFact:
    """Within one iteration of ``loop``, the scheduler steps before the optimizer first does."""

    loop: Loop
    scheduler_site: StepSite
    optimizer_site: StepSite
    adjacent: bool
    """Whether the two calls are neighbouring statements."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Repetition:
    """Two steps of one scheduler on the same path through one iteration."""

    first: StepSite
    second: StepSite
    loop: Loop | None
