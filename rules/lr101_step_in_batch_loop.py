"""LR101 step-in-batch-loop."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, LoopKind, Schedule, StepSite
from lrlint.fix import Destination, MoveStatement
from lrlint.formulas import LAWS, PastHorizon
from lrlint.judgement import wording
from lrlint.judgement.hand_written import caveat, limit_in_epochs, source
from lrlint.judgement.lightning import wrong_interval
from lrlint.judgement.sketches import sketches
from lrlint.judgement.stepping import counts_training_steps
from lrlint.judgement.too_fast import TooFast, decays_too_fast
from lrlint.judgement.units import Mismatch, stepped_per_batch_with_epoch_horizon
from lrlint.rule import Finding, Invalid, Proposal, Rule, unsafe
from lrlint.snippets import Diff, training


class StepInBatchLoop(Rule):
    """The scheduler is stepped after every batch, but its horizon counts epochs.

    ## What it does

    Reports `scheduler.step()` in the batch loop where the horizon of the schedule (`T_max`,
    `step_size`, `milestones`, `total_iters`…) counts epochs: it equals the number of epochs, or is
    computed from it.

    Also reported, as a warning: plain numbers that suit the epochs and make no sense per batch,
    such as `StepLR(step_size=30)` or `ExponentialLR(gamma=0.9)` in a training of 90 epochs, where
    the LR would vanish long before the end.

    ## Why is this bad

    A scheduler counts its own `step()` calls and knows neither epochs nor batches. With 391 batches
    in an epoch, a cosine with `T_max=100` is at its minimum after a quarter of the first epoch,
    climbs back, and repeats that 195 times in 100 epochs; a `StepLR` has divided the LR by more
    than a million before the second epoch begins. torch says nothing.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
            scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
    ```

    Or keep the call where it is, for a smoother curve, and count batches:
    `T_max=epochs * len(train_loader)`.

    ## Fix safety

    The fix is unsafe because it slows the schedule down by the number of batches in an epoch: the
    LR of nearly every step changes. Where a curve that moves within the epoch is wanted, keep the
    call and count the horizon in batches.

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    - The same mistake in public: [SRGAN-PyTorch #1](https://github.com/Lornatang/SRGAN-PyTorch/issues/1),
      [stgcn #18](https://github.com/hazdzz/stgcn/issues/18)
    """

    code, name, severity = "LR101", "step-in-batch-loop", Severity.ERROR

    VALID = (
        training(
            "scheduler = CosineAnnealingLR(optimizer, epochs * len(train_loader), eta_min=1e-3)",
            batch="scheduler.step()",
        ),
        # Once per epoch, though inside the batch loop.
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)",
            batches="i, (x, y) in enumerate(train_loader)",
            batch="if i + 1 == len(train_loader):\n    scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)",
                epochs=100,
                batch="scheduler.step()",
            ),
            at="scheduler.step()",
            fixed=Diff(
                """
                -     scheduler.step()
                + scheduler.step()
                """
            ),
            says=("T_max=100 epochs", "per batch", "0.001 within the first 100 batches"),
        ),
        # Only numbers, which suit 50 epochs.
        Invalid(
            training(
                "scheduler = StepLR(optimizer, step_size=10, gamma=0.1)",
                epochs=50,
                batch="scheduler.step()",
            ),
            at="scheduler.step()",
            fixed=Diff(
                """
                -     scheduler.step()
                + scheduler.step()
                """
            ),
            says=("step_size=10 suits 50 epochs", "a millionth", "after 60 batches"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        if schedule.parent is not None or wrong_interval(schedule) is not None:
            return  # reported for the schedule that contains it, or as LR501
        mismatch = stepped_per_batch_with_epoch_horizon(schedule)
        if mismatch is not None and counts_training_steps(schedule):
            return  # reported by LR504, which asks for another length
        if mismatch is not None:
            yield self._in_other_unit(schedule, mismatch)
        elif (fast := decays_too_fast(schedule)) is not None:
            yield self._too_fast(schedule, fast)

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        limit, epochs = limit_in_epochs(schedule), schedule.stepping.epoch_loop
        if limit is None or epochs is None or epochs.trips is None:
            return
        counted = limit.at.atoms() & epochs.trips.atoms()
        yield self.finding(
            limit.place or schedule.place,
            f"`{limit.text}` compares the batches so far with {wording.quantity(limit.at)} epochs"
            f"{caveat(schedule)}: that many batches are over in the first epoch or soon after",
            severity=Severity.ERROR if counted else Severity.WARNING,
            notes=(source(schedule),),
        )

    def _in_other_unit(self, schedule: Schedule, mismatch: Mismatch) -> Finding:
        horizon, site = mismatch.evidence.horizon, mismatch.site
        return self.finding(
            site.place,
            f"{wording.horizon(horizon, 'epochs')}, but step() runs per batch{_batches(schedule)}:"
            f" {_consequence(schedule, mismatch)}{mismatch.evidence.caveat}",
            severity=Severity.ERROR if mismatch.certain else Severity.WARNING,
            notes=(
                (f"{horizon.parameter} set here", horizon.place),
                ("scheduler built here", mismatch.evidence.schedule.place),
                ("the batch loop", None if site.loop is None else site.loop.place),
            ),
            fix=_fix(schedule, site),
            sketches=sketches(schedule, schedule.epochs),
        )

    def _too_fast(self, schedule: Schedule, fast: TooFast) -> Finding:
        assert schedule.epochs is not None
        outcome = "the LR is below a millionth of its start" if fast.vanishes else "it is passed"
        epochs = f"{wording.amount(schedule.epochs)} epochs"
        fits = f"suits {epochs}, but" if fast.suits_epochs else f"is small for {epochs}, and"
        return self.finding(
            fast.site.place,
            f"{fast.horizon} {fits} step() runs per batch{_batches(schedule)}: {outcome} after"
            f" {fast.over_after} batches",
            severity=Severity.WARNING,
            notes=(
                ("scheduler built here", schedule.place),
                ("the batch loop", None if fast.site.loop is None else fast.site.loop.place),
            ),
            fix=_fix(schedule, fast.site),
            sketches=sketches(schedule, schedule.epochs),
        )


def _batches(schedule: Schedule) -> str:
    trips = None if schedule.stepping.batch_loop is None else schedule.stepping.batch_loop.trips
    return "" if trips is None or trips.value is None else f" ({wording.quantity(trips)})"


def _consequence(schedule: Schedule, mismatch: Mismatch) -> str:
    """Return what the LR does, in numbers where they are known."""
    planned, length = mismatch.evidence.schedule, mismatch.evidence.horizon.length
    assert length is not None
    one_step, steps = ("optimizer step", "optimizer steps")
    if not mismatch.site.accumulation:
        one_step, steps = ("batch", "batches")
    span = one_step if length.value == 1 else f"{wording.amount(length)} {steps}"
    within, then = span, "keeps rising and falling"
    count, epochs = mismatch.site.count, schedule.epochs
    if count is not None and count.value and length.value:
        within = f"{wording.amount(length)} of {wording.amount(count)} steps"
        then = wording.past_minimum(count.value / length.value)
        if epochs is not None and epochs.value:
            span = f"{length.value * epochs.value / count.value:.2g} epochs"
    law = LAWS.get(planned.scheduler)
    match None if law is None else law.past_horizon:
        case PastHorizon.RISES:
            return f"the LR anneals to {_minimum(planned)} within the first {within}, then {then}"
        case PastHorizon.RESTARTS:
            return f"the LR restarts every {span}"
        case PastHorizon.RAISES:
            return f"step() raises ValueError after {span}"
        case PastHorizon.PERIODIC:
            return f"the LR changes every {span}"
    if planned.scheduler == "SequentialLR":
        return f"the last of its schedulers begins after the first {span}"
    return f"the schedule is over after the first {span}"


def _minimum(schedule: Schedule) -> str:
    eta_min = schedule.number("eta_min")
    if eta_min is None:
        return "its minimum" if "eta_min" in schedule.arguments else "0"
    return wording.amount(eta_min)


def _fix(schedule: Schedule, site: StepSite) -> Proposal | None:
    """Move the call to the end of the epoch, unless it is under a condition."""
    loop = next((one for one in reversed(site.loops) if one.kind is LoopKind.EPOCH), None)
    if loop is None or len(schedule.sites) != 1:
        return None
    if any(guard.kind is not GuardKind.EVERY_K for guard in site.guards):
        return None
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    if any(update.place.span() == site.place.span() for update in updates):
        return None  # one call steps both
    return unsafe(
        "Step once per epoch",
        (site.place, MoveStatement(loop.place, Destination.END_OF_BODY)),
    )
