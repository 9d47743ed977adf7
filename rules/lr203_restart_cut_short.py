"""LR203 restart-cut-short."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule, StepArgument
from lrlint.judgement import wording
from lrlint.judgement.cycles import CYCLE_EXCLUSIONS, Cycle, ends_well, last_cycle
from lrlint.judgement.length import early_caveat, notes, unit
from lrlint.judgement.rates import lr_after, lr_after_steps, lr_text
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class RestartCutShort(Rule):
    """The training ends in the middle of a warm-restart cycle, at a high LR.

    ## What it does

    Computes where the cycles of `CosineAnnealingWarmRestarts` end (after `T_0` steps, and each
    cycle `T_mult` times as long as the one before) and reports a training that stops well before
    the end of a cycle, or in the epoch after it. The message names the nearest lengths that end
    with a cycle.

    ## Why is this bad

    At the end of a cycle the LR is low and the model has settled; the restart lifts the LR back to
    its start and the loss with it. With `T_0=10, T_mult=2` the cycles end after 10, 30, 70 and 150
    epochs: 100 epochs end in the middle of the fourth, at 71 % of the base LR, with a model that is
    likely worse than the one 30 epochs before.

    ## Example

    ```python
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
    for epoch in range(100):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
    for epoch in range(70):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch: CosineAnnealingWarmRestarts](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html)
    - Loshchilov & Hutter, [SGDR](https://arxiv.org/abs/1608.03983): models are taken at the end of
      a cycle
    """

    code, name, severity = "LR203", "restart-cut-short", Severity.WARNING
    schedulers = frozenset({"CosineAnnealingWarmRestarts"})
    exclusions = CYCLE_EXCLUSIONS

    RESTARTS = """
        scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, eta_min=1e-4)
        """
    VALID = (training(RESTARTS, epochs=70, batches=None, epoch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(RESTARTS, epochs=100, batches=None, epoch="scheduler.step()"),
            at=RESTARTS.strip(),
            says=("30 of 80 epochs", "the last epoch runs at 0.071", "70 or 150 epochs"),
        ),
        # `step(epoch)` counts epochs, wherever it is called.
        Invalid(
            training(
                "scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=50, eta_min=1e-4)",
                epochs=75,
                batches="i, (x, y) in enumerate(train_loader)",
                batch="scheduler.step(epoch + i / len(train_loader))",
            ),
            row=6,
            says=("25 of 50 epochs", "50 or 100 epochs"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        if silence := self.excluded(schedule):
            yield silence
            return
        cycle = last_cycle(schedule)
        if cycle is None or ends_well(schedule, cycle):
            return
        yield self.finding(
            schedule.place,
            f"training ends {_position(schedule, cycle)}"
            f"{early_caveat(schedule, certain=cycle.certain)}{_last(schedule, cycle)};"
            f" a cycle ends after {_ends(schedule, cycle)}",
            notes=notes(schedule),
        )


def _counts(schedule: Schedule) -> str:
    absolute = any(site.argument is StepArgument.EPOCH for site in schedule.sites)
    return "epochs" if absolute else f"{unit(schedule)}s"


def _position(schedule: Schedule, cycle: Cycle) -> str:
    if not cycle.in_steps:
        return f"{float(100 * cycle.share):.3g}% into a cycle"
    done, whole = int(cycle.end - cycle.start), int(cycle.length)
    return f"{done} of {whole} {_counts(schedule)} into a cycle"


def _last(schedule: Schedule, cycle: Cycle) -> str:
    if any(site.argument is StepArgument.EPOCH for site in schedule.sites):
        return ""
    if cycle.in_steps:
        lrs = lr_after_steps(schedule, int(cycle.end) - 1)
    else:
        lrs = lr_after(schedule, cycle.end)
    return "" if lrs is None else f": the last {unit(schedule)} runs at {lr_text(lrs)}"


def _ends(schedule: Schedule, cycle: Cycle) -> str:
    """Return the nearest lengths that end with a cycle, in words."""
    ends = [end for end in (cycle.start, cycle.start + cycle.length) if end > 0]
    text = " or ".join(wording.number(float(end)) for end in ends)
    return f"{text} {_counts(schedule)}" if cycle.in_steps else f"{text} times T_0"
