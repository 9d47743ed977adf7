"""What a scheduler's law is: its arguments, its horizon, its closed form and its replay."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from lrlint.formulas.arguments import REQUIRED, Parameter, assign
from lrlint.formulas.replay import Group, Replay

Curve = Callable[[float], list[float]]
"""The learning rate of every param group at a counter value: `curve(t) -> [lr, …]`."""


class PastHorizon(Enum):
    """What a schedule does when it is stepped beyond its horizon."""

    HOLDS = "holds"
    """The last value stays (LinearLR, MultiStepLR, the transformers' linear schedule…)."""
    RISES = "rises"
    """It climbs back the way it came, silently (CosineAnnealingLR, the transformers' cosine)."""
    RESTARTS = "restarts"
    """It jumps back to the start value (CosineAnnealingWarmRestarts)."""
    RAISES = "raises"
    """`step()` raises (OneCycleLR; one step earlier its LR bounces up or turns negative)."""
    PERIODIC = "periodic"
    """The same happens again every horizon: CyclicLR's triangle, StepLR's decay."""
    NONE = "none"
    """The law has no length."""


@dataclass(frozen=True)
class Problem:
    """An argument that makes no sensible schedule.

    `raises` names the exception type that torch raises, None where the schedule silently
    degenerates; `when` says whether the constructor or a `step()` call does so; `at` is that call
    (1 is the first `step()` after construction), None at construction or where nothing raises.
    """

    parameter: str
    message: str
    raises: str | None = None
    when: Literal["construction", "step"] = "step"
    at: int | None = None


def refused(parameter: str, message: str, raises: str = "ValueError") -> Problem:
    """Return the problem of an argument that makes the constructor raise."""
    return Problem(parameter, message, raises=raises, when="construction")


class NoClosedForm(Exception):
    """The LR is not a function of the counter alone (metric-driven, or a mixed composition)."""


def _no_problems(**_: object) -> Iterable[Problem]:
    return ()


@dataclass(frozen=True)
class Law:
    """The law of one scheduler class or schedule function.

    The counter `t` is the scheduler's own `last_epoch`: 0 right after construction, one more for
    each `step()`. Its unit is whatever the script steps it by, an epoch or a batch.
    """

    name: str
    """The public name in torch or transformers: the key in `LAWS`."""
    source: str
    """Where the formula comes from: the class or function, and the paper where there is one."""
    parameters: tuple[Parameter, ...]
    """The arguments after `optimizer`, in order, `last_epoch` included."""
    replay: Callable[..., Replay] = field(repr=False)
    closed_form: Callable[..., Curve] | None = field(default=None, repr=False)
    """`closed_form(base_lrs, **arguments) -> Curve`; None where the LR follows a metric."""
    check: Callable[..., Iterable[Problem]] = field(default=_no_problems, repr=False)
    horizon: tuple[str, ...] = ()
    """The parameters that say how long the schedule, or one period of it, is."""
    durations: tuple[str, ...] = ()
    """Every parameter that counts steps of the scheduler (or marks one of them)."""
    past_horizon: PastHorizon = PastHorizon.NONE
    chainable: bool = False
    """Recursive on the group's current LR, so that it composes with other writers. False: the LR
    is computed from scratch at every step, which overwrites theirs."""
    writes_at_construction: bool = False
    """Building it may change the LR (`writes_when_built` tells for given arguments)."""
    writes: Callable[..., bool] | None = field(default=None, repr=False)
    removed: frozenset[str] = frozenset()
    """Arguments of older releases that are no longer accepted."""
    takes_metric: bool = False
    """`step(metric)` is required."""
    takes_epoch: bool = False
    """`step(epoch)`, fractions included, is documented use."""
    positioned: bool = False
    """Each step takes a position in the schedule and sets the LR there, as timm's do."""
    random: str | None = None
    """The parameter that, where it is not None, adds noise to the LR."""
    is_class: bool = True
    optimizer_index: int = 0
    """The position of `optimizer` among the call's positional arguments."""
    optimizer_optional: bool = False
    sets_base_lr: bool = False
    """The constructor sets the base LR itself, whatever the optimizer has."""
    reads_default_lr: bool = False
    """It reads `optimizer.defaults["lr"]`, which `lr`, `start` and `problems` take as `default_lr`
    (a number, or None for the first group's initial LR)."""
    resolver: Callable[..., tuple[Law, dict[str, object]]] | None = field(default=None, repr=False)

    def bind(self, args: Sequence[object], keywords: Mapping[str, object]) -> dict[str, object]:
        """Return all parameters by name, defaults filled in; no value is looked at.

        `args` are the positional arguments without the optimizer. Raises TypeError, with the
        message of a Python call, for unknown, missing, duplicate or surplus arguments.
        """
        return assign(self._callee, self.parameters, args, keywords, 1 + self.is_class)

    def bind_call(
        self, args: Sequence[object], keywords: Mapping[str, object]
    ) -> tuple[object, dict[str, object]]:
        """Return `(optimizer, bind(…))` of a whole call, whatever the position of the optimizer.

        The optimizer is None where it is optional and left out (ChainedScheduler).
        """
        at = self.optimizer_index
        optimizer = Parameter("optimizer", None if self.optimizer_optional else REQUIRED)
        every = (*self.parameters[:at], optimizer, *self.parameters[at:])
        bound = assign(self._callee, every, args, keywords, int(self.is_class))
        return bound.pop("optimizer"), bound

    @property
    def _callee(self) -> str:
        return f"{self.name}.__init__()" if self.is_class else f"{self.name}()"

    def resolve(self, **arguments: object) -> tuple[Law, dict[str, object]]:
        """Return the law that governs this call, and its bound arguments.

        That is this law, except for `get_scheduler`, which picks one by name: ValueError for an
        unknown name or a missing step count, TypeError for arguments that do not fit.
        """
        bound = self.bind((), arguments)
        return (self, bound) if self.resolver is None else self.resolver(**bound)

    def lr(
        self,
        t: float,
        base_lrs: Sequence[float],
        /,
        *,
        default_lr: Any = None,
        **arguments: object,
    ) -> list[float]:
        """Return the LR of every param group when the scheduler's counter is `t`.

        `base_lrs` are the groups' LRs before the scheduler was built. The value is that of `t`
        plain `step()` calls after a fresh construction, whatever `last_epoch` is; torch's
        recursive classes differ from it by their rounding. Raises NoClosedForm where there is
        none, and what torch raises where these arguments make it raise by step `t`.
        """
        return self.curve(base_lrs, default_lr=default_lr, **arguments)(t)

    def curve(
        self,
        base_lrs: Sequence[float],
        /,
        *,
        default_lr: Any = None,
        **arguments: object,
    ) -> Curve:
        """Return `lr` as a function of `t`, with the rest computed once: for whole trajectories."""
        law, bound = self.resolve(**arguments)
        if law is not self:
            return law.curve(base_lrs, default_lr=default_lr, **bound)
        if self.closed_form is None:
            raise NoClosedForm(f"the LR of {self.name} follows a metric")
        if self.reads_default_lr and default_lr is None:
            default_lr = base_lrs[0]
        for problem in self.problems(default_lr=default_lr, **bound):
            if problem.raises is not None and problem.when == "construction":
                raise getattr(builtins, problem.raises)(problem.message)
        bound.pop("last_epoch", None)
        if self.reads_default_lr:
            bound["default_lr"] = default_lr
        return self.closed_form(base_lrs, **bound)

    def start(
        self,
        groups: list[Group],
        /,
        *,
        default_lr: Any = None,
        **arguments: object,
    ) -> Replay:
        """Build the scheduler on `groups`, which are changed as torch's constructor changes them.

        `groups` are dicts like `optimizer.param_groups` (`lr`, and `momentum` or `betas` where
        the optimizer has them). Several replays may share one list. Raises the exception type
        that torch raises. `default_lr` falls back to the first group's initial LR.
        """
        bound = self.bind((), arguments)
        if self.reads_default_lr:
            first = groups[0]
            initial = first.get("initial_lr", first["lr"])
            bound["default_lr"] = initial if default_lr is None else default_lr
        return self.replay(groups, **bound)

    def problems(self, *, default_lr: Any = None, **arguments: object) -> list[Problem]:
        """Return the degenerate arguments among those that are plain known values.

        An argument that is anything else (a symbol, left out) is taken to be fine.
        """
        known = {p.name: arguments.get(p.name, p.default) for p in self.parameters}
        known.pop("last_epoch", None)
        if self.reads_default_lr:
            known["default_lr"] = default_lr
        return list(self.check(**known))

    def writes_when_built(self, **arguments: object) -> bool:
        """Whether a fresh construction with these arguments writes the LR.

        Sharper than `writes_at_construction` where it depends on an argument (MultiStepLR with a
        milestone 0, SWALR without annealing); False where that argument is not known.
        """
        if self.writes is None:
            return self.writes_at_construction
        return self.writes(**{p.name: arguments.get(p.name, p.default) for p in self.parameters})
