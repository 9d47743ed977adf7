"""LR201 t-max-mismatch."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lrlint.diagnostics import Severity
from lrlint.facts import HANDWRITTEN_ENDS, HANDWRITTEN_LINE, Cadence, GuardKind, Schedule
from lrlint.judgement import wording
from lrlint.judgement.hand_written import (
    has_no_lr,
    lr_at,
    mismatch,
    source,
    step_count,
    unit_of,
)
from lrlint.judgement.length import Length, against, notes, resized, unit, where
from lrlint.judgement.rates import lr_after, lr_at_the_end, lr_text
from lrlint.judgement.sketches import sketches
from lrlint.judgement.warmup import AFTER_WARMUP_EXCLUSIONS, after_warmup, too_long_for
from lrlint.judgement.whole_length import (
    LENGTH_EXCLUSIONS,
    NOT_JUDGED,
    assumed_batches,
    assumed_text,
    whole_length,
)
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import Diff, training
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Expr,
    NotRepresentable,
    Number,
    TooComplex,
    compare,
    floor,
)


class TMaxMismatch(Rule):
    """The cosine does not end where the training ends: `T_max` is not the number of steps.

    ## What it does

    Compares the `T_max` of `CosineAnnealingLR` with the number of times that the scheduler is
    stepped over the whole training, both counted in the same unit. A cosine that is written by hand
    in a `LambdaLR` function (`math.cos(math.pi * t / T)`) is read in the same way, and so is a
    cosine or a linear decay that the script writes into `param_group["lr"]` itself. A difference
    of one step, or of less than 1 %, is not reported. A length that takes every epoch to have a
    round number of batches, or those of the validation, is reported as LR202 does.

    ## Why is this bad

    `CosineAnnealingLR` is a wave, not a ramp that stops. With more steps than `T_max` the LR climbs
    back to where it started: a training of 100 epochs with `T_max=50` ends at its highest LR, which
    undoes the annealing. With fewer steps the annealing is cut off and the LR never gets low: with
    `T_max=200` the same training ends at half the base LR. torch says nothing in either case.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-4)
    for epoch in range(100):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    epochs = 100
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    Where the LR is meant to go up again, `CosineAnnealingWarmRestarts` says so.

    ## Fix safety

    The fix is unsafe because it changes the LR of every step but the first, and because the script
    does not tell which of the two numbers is the wrong one. Keep `T_max` where the training is the
    first part of a longer one, and change the number of epochs where that is the mistake.

    ## References

    - [torch: CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
    - Loshchilov & Hutter, [SGDR](https://arxiv.org/abs/1608.03983)
    """

    code, name, severity = "LR201", "t-max-mismatch", Severity.ERROR
    schedulers = frozenset(
        {
            *("CosineAnnealingLR", "LambdaLR"),
            *("CosineLRScheduler", "PolyLRScheduler", "TanhLRScheduler"),
        }
    )
    positioned = True
    exclusions = (
        *LENGTH_EXCLUSIONS,
        Exclusion(too_long_for, "its warm-up is longer than the training", owner="LR210"),
    )

    VALID = (
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=epochs - warmup, eta_min=1e-3)",
            batches=None,
            epoch="if epoch >= warmup:\n    scheduler.step()",
            parameters="warmup",
        ),
        # Off by one: the last epoch runs at eta_min.
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=epochs - 1, eta_min=1e-3)",
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)",
                epochs=100,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)",
            fixed=Diff(
                """
                - scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)
                + scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)
                """
            ),
            says=("T_max is 50", "100 times", "down to 0.001", "last epoch runs at 0.0999"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if schedule.parent is not None:
            yield from self._after_warmup(schedule)
            return
        if schedule.horizon is None:
            return
        assumed = assumed_batches(schedule)
        if assumed is not None and self.first(NOT_JUDGED, schedule, schedule.place) is None:
            yield self._of_assumed_epochs(schedule, *assumed)
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        found = whole_length(schedule)
        if found is None or found.fits or _cools_down(found) or _is_meant(found):
            return
        yield self.first(MISMATCH_EXCLUSIONS, found, schedule.place) or self.finding(
            where(schedule),
            f"{found.horizon.parameter} is {_length(found)}, but the scheduler steps"
            f" {_times(found)}{found.caveat}{_per_epoch(found)}: {_consequence(found)}"
            f"{_readings(found)}",
            severity=Severity.ERROR if found.certain else Severity.WARNING,
            notes=notes(schedule),
            fix=resized(schedule, found.steps),
            sketches=sketches(schedule, found.length),
        )

    def _after_warmup(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        """Yield a cosine that comes last in a SequentialLR, and is over before its turn is."""
        turn = None if schedule.scheduler != "CosineAnnealingLR" else after_warmup(schedule)
        if turn is None:
            return
        found, start = turn
        if found.fits or not found.comparison.differs or not found.longer:
            return  # else LR204
        if silence := self.first(AFTER_WARMUP_EXCLUSIONS, schedule, schedule.place):
            yield silence
            return
        yield self.finding(
            where(schedule),
            f"{found.horizon.parameter} is {wording.quantity(found.length)}, but it begins after"
            f" {wording.amount(start)} steps, which leaves {wording.quantity(found.steps)}"
            f"{found.caveat}: {_consequence(found)}",
            severity=Severity.ERROR if found.certain else Severity.WARNING,
            notes=notes(schedule),
            fix=resized(schedule, found.steps),
        )

    def _of_assumed_epochs(self, schedule: Schedule, each: Expr, batches: Expr) -> Finding:
        return self.finding(
            where(schedule),
            assumed_text(each, batches, "its end comes before that of the training"),
            severity=Severity.WARNING,
            notes=notes(schedule),
        )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        found = mismatch(schedule)
        if found is None or found.warmup is not None:
            return
        one, length = unit_of(schedule), found.length
        end = "the LR climbs again" if length.longer else "the LR never reaches its end"
        if found.in_other_unit and one == "step":
            past = "climbs again" if found.decay.cosine else "falls on, below 0"
            past = "stays there" if found.decay.stays else past
            end = f"the LR is at its end after {wording.amount(length.length)} steps, then {past}"
        if found.last is not None:
            end = f"the last {one} runs at an LR of {lr_text([found.last])}"
            if length.longer:
                end = f"the LR {'goes below 0' if found.last < 0 else 'climbs again'}; {end}"
        elif length.longer and has_no_lr(schedule):
            end = _NO_LR
        anew = schedule.law.passes is not None
        limit = "its counter starts over after" if anew else "there are"
        yield self.finding(
            found.place,
            f"the decay is {wording.quantity(length.length)} {one}s long, but {limit}"
            f" {wording.quantity(length.steps)}{found.caveat}: {end}",
            severity=Severity.ERROR if found.certain else Severity.WARNING,
            notes=(source(schedule),),
        )


def _cools_down(found: Length) -> bool:
    """Whether a schedule of timm's stays at its minimum for a while at the end, as it may."""
    if not found.schedule.construction.positioned or not found.longer:
        return False
    return found.ratio is None or found.ratio < _LONGEST_COOLDOWN or _asks_for_it(found)


def _asks_for_it(found: Length) -> bool:
    """Whether the factory of the schedule adds those epochs itself."""
    cooldown = found.schedule.construction.cooldown
    added = None if cooldown is None else cooldown.number
    try:
        return added is not None and (found.length + added - found.steps).is_nonnegative
    except (NotRepresentable, TooComplex):
        return False


def _is_meant(found: Length) -> bool:
    """Whether a line stays at 0 for a while (LR305), or falls by some amount per step."""
    if found.longer:
        return found.horizon.stays
    return found.horizon.parameter == HANDWRITTEN_LINE and found.length.is_constant


_LONGEST_COOLDOWN = Fraction(3, 2)
"""A training of fewer times the schedule's length may end in a cool-down."""


def _warmup_left_out(found: Length) -> Expr | None:
    """Return the warm-up that the steps leave out and T_max, the whole training, does not."""
    for site in found.schedule.sites:
        for guard in site.guards:
            if guard.kind is not GuardKind.AFTER or guard.amount is None:
                continue
            steps = found.steps + guard.amount
            if against(found.schedule, found.horizon, found.length, steps).fits:
                return guard.amount
    return None


def _successor(found: Length) -> Schedule | None:
    """Return what takes over before the cosine ends, as after `else: swa_scheduler.step()`."""
    if found.longer:
        return None
    guards = [guard for site in found.schedule.sites for guard in site.guards]
    stops = any(guard.kind is GuardKind.BEFORE for guard in guards)
    others = found.schedule.surroundings.competitors
    return next((other for other in others if stops or other.scheduler == "SWALR"), None)


MISMATCH_EXCLUSIONS = (
    Exclusion(
        _warmup_left_out,
        lambda warmup: f"its steps leave out a warm-up of {wording.amount(warmup)}",
        owner="LR204",
    ),
    Exclusion(_successor, lambda other: f"{other.scheduler} takes over before it ends"),
)


def _length(found: Length) -> str:
    length = wording.quantity(found.length)
    return f"{length} steps long" if found.horizon.parameter in HANDWRITTEN_ENDS else length


def _times(found: Length) -> str:
    text = f"{wording.quantity(found.steps)} times"
    if found.ratio is None or (found.steps.value is not None and found.length.value is not None):
        return text
    share = float(found.ratio)
    name = _name(found)
    return f"{text}, {share:.3g} times {name}" if share > 1 else f"{text}, {share:.0%} of {name}"


def _per_epoch(found: Length) -> str:
    """Say how often step() runs in an epoch, which a literal length may have been meant in."""
    per_epoch = _steps_per_epoch(found) if found.length.is_constant else None
    if per_epoch is None:
        return ""
    often = "once" if per_epoch == Expr.const(1) else f"{wording.quantity(per_epoch)} times"
    return f", {often} per epoch"


def _steps_per_epoch(found: Length) -> Expr | None:
    epochs = found.schedule.epochs
    if found.schedule.per is not Cadence.BATCH or epochs is None or epochs.value == 0:
        return None
    try:
        per_epoch = found.steps / epochs
        return per_epoch if compare(floor(per_epoch), per_epoch).equal else None
    except UNREPRESENTABLE:
        return None


def _readings(found: Length) -> str:
    """Say what a literal length that is small for steps may have meant."""
    epochs, length = found.schedule.epochs, found.length.value
    if _steps_per_epoch(found) is None or epochs is None or not found.longer:
        return ""
    if found.schedule.construction.positioned:
        return ""
    if length is None or not found.length.is_constant or not _may_count(length, epochs.value):
        return ""
    name = found.horizon.parameter
    return (
        f". If {name} counts steps, it should be {wording.amount(found.steps)}; if it counts"
        f" epochs, step() belongs after the batch loop and {name} should be"
        f" {wording.amount(epochs)}"
    )


def _may_count(length: Number, epochs: Number | None) -> bool:
    """Whether a length has the size of a number of epochs."""
    return length <= (_MOST_EPOCHS if epochs is None else 2 * epochs)


_MOST_EPOCHS = 1000
"""Beyond that a number whose training is not known is hardly one of epochs."""


def _name(found: Length) -> str:
    return "that" if found.horizon.parameter in HANDWRITTEN_ENDS else found.horizon.parameter


def _consequence(found: Length) -> str:
    """Return what the LR does, in numbers where they are known."""
    schedule, one = found.schedule, unit(found.schedule)
    last = _last(found)
    if not found.longer:
        end = "the LR never reaches" if last is None else f"the LR ends at {last} and never reaches"
        if schedule.scheduler == "LambdaLR":
            return f"{end} its minimum"
        name = "lr_min" if schedule.construction.positioned else "eta_min"
        return f"{end} {name}{_minimum(schedule, name)}"
    if schedule.construction.positioned:
        end = wording.amount(found.length)
        return f"the LR stays at lr_min{_minimum(schedule, 'lr_min')} after {end} {one}s"
    if found.horizon.parameter == HANDWRITTEN_LINE:
        end = wording.amount(found.length)
        if found.horizon.floored:
            steps = found.steps.value
            beyond = lr_at(schedule, None if steps is None else steps - 1)
            text = f"the LR falls on below its floor after {end} {one}s"
            return text if beyond is None else f"{text}; the last {one} runs at {lr_text([beyond])}"
        return f"the LR is 0 after {end} {one}s, then {_beyond_zero(schedule)}"
    lowest = lr_after(schedule, Fraction(1))
    low = "at its minimum" if lowest is None else f"down to {lr_text(lowest)}"
    at = _name(found) if found.length.value is None else wording.amount(found.length)
    climb = "climbs back" if found.ratio is None else wording.past_minimum(float(found.ratio))
    if found.ratio is None and found.exact:
        at, climb = "one epoch's", "climbs back in every second epoch"
    after = at if at == "that" else f"{at} {one}s"
    text = f"the LR is {low} after {after}, then {climb}"
    return text if last is None else f"{text}; the last {one} runs at {last}"


_NO_LR = (
    "the law is a fractional power of a negative number then, which is complex, and"
    " optimizer.step() raises an exception"
)


def _beyond_zero(schedule: Schedule) -> str:
    """Say what a line is after it has come to 0."""
    if has_no_lr(schedule):
        return _NO_LR.replace(" then,", ",")
    steps = step_count(schedule)
    last = None if steps is None else lr_at(schedule, steps - 1)
    if last is not None and last > 0:
        return f"it climbs again; the last {unit(schedule)} runs at {lr_text([last])}"
    return "it is negative, which climbs the loss"


def _last(found: Length) -> str | None:
    """Return the LR of the last epoch or step."""
    lrs = lr_at_the_end(found.schedule, found.steps, found.ratio)
    return None if lrs is None else lr_text(lrs)


def _minimum(schedule: Schedule, name: str) -> str:
    minimum = schedule.number(name)
    return "" if minimum is None or minimum.value is None else f"={wording.number(minimum.value)}"
