"""LR502 lightning-plateau-monitor."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, Driver, Monitoring, Schedule
from lrlint.judgement.lightning import lightning
from lrlint.rule import Finding, Invalid, Rule

_MOST_NAMES = 3
"""Names of other metrics in a message."""
_MODULE = """
import lightning as L
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

class Net(L.LightningModule):
    def training_step(self, batch, batch_idx):
        return self(batch).mean()

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", self(batch).mean())

    def configure_optimizers(self):
        optimizer = SGD(self.parameters(), lr=0.1)
        scheduler = ReduceLROnPlateau(optimizer, patience=2)
        return {returned}
"""


def _module(returned: str) -> str:
    return _MODULE.replace("{returned}", returned)


class LightningPlateauMonitor(Rule):
    """A `ReduceLROnPlateau` under Lightning has no `monitor` that Lightning reads.

    ## What it does

    Reads what `configure_optimizers` returns, and reports a `ReduceLROnPlateau` whose `monitor`
    Lightning does not get:

    - in two lists, where only a dict around the scheduler can hold it;
    - beside `lr_scheduler` where that is a dict: then it belongs into this dict;
    - beside `lr_scheduler` in one of several dicts in a list.

    Also reported, as warnings:

    - a metric of the validation for a scheduler that steps after every update, or in epochs without
      a validation (`check_val_every_n_epoch`), when the metric does not exist yet;
    - a name that the module never logs;
    - a metric that each of several processes logs for itself, without `sync_dist=True`.

    ## Why is this bad

    `fit()` raises MisconfigurationException before the first update, often after a long start of
    the job; where the metric is missing, at the first step of the scheduler. Processes that follow
    metrics of their own lower their LRs at different times, and train one model with several LRs.

    ## Example

    ```python
    scheduler = ReduceLROnPlateau(optimizer)
    return [optimizer], [scheduler]
    ```

    ## Use instead

    ```python
    scheduler = ReduceLROnPlateau(optimizer)
    return {"optimizer": optimizer, "lr_scheduler": scheduler, "monitor": "val_loss"}
    ```

    ## References

    - [LightningModule.configure_optimizers](https://lightning.ai/docs/pytorch/stable/common/lightning_module.html#configure-optimizers)
    - The same mistake in public:
      [pytorch-lightning #20829](https://github.com/Lightning-AI/pytorch-lightning/issues/20829)
    """

    code, name, severity = "LR502", "lightning-plateau-monitor", Severity.ERROR
    schedulers = frozenset({"ReduceLROnPlateau"})

    VALID = (
        _module('{"optimizer": optimizer, "lr_scheduler": scheduler, "monitor": "val_loss"}'),
        _module('[optimizer], [{"scheduler": scheduler, "monitor": "val_loss"}]'),
    )
    INVALID = (
        Invalid(
            _module("[optimizer], [scheduler]"),
            at="return [optimizer], [scheduler]",
            says=("monitor", "MisconfigurationException"),
        ),
        Invalid(
            _module(
                '{"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler},'
                ' "monitor": "val_loss"}'
            ),
            at=(
                'return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler},'
                ' "monitor": "val_loss"}'
            ),
            says=('beside "lr_scheduler"', "MisconfigurationException"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        told = lightning(schedule)
        if told is None or schedule.parent is not None:
            return
        plain = told.settings.get("reduce_on_plateau")
        if plain is not None and plain.value is not True:
            return
        monitor = told.settings.get("monitor")
        if monitor is None or monitor.value is None:
            yield self._missing(schedule, told)
            return
        text = _metric(told, told.monitoring)
        if text is not None:
            unshared = None if told.monitoring is None else told.monitoring.unshared
            logged = () if unshared is None else (("logged here", unshared),)
            yield self.finding(
                monitor.place or told.place,
                f"{monitor.text} {text}",
                severity=Severity.WARNING,
                notes=(("scheduler built here", schedule.place), *logged),
            )

    def _missing(self, schedule: Schedule, told: Driver) -> Finding:
        outer = told.misplaced.get("monitor")
        where = (
            ""
            if outer is None
            else ': the one beside "lr_scheduler" belongs into the dict with the scheduler'
        )
        return self.finding(
            told.place,
            f"Lightning finds no monitor for ReduceLROnPlateau{where}, so fit() raises"
            " MisconfigurationException",
            severity=Severity.ERROR if schedule.construction.on_default_path else Severity.WARNING,
            notes=(("scheduler built here", schedule.place),),
        )


def _metric(told: Driver, found: Monitoring | None) -> str | None:
    """Return what is wrong with the monitored metric, in words."""
    frequency = told.settings.get("frequency")
    every = 1 if frequency is None or frequency.number is None else frequency.number.value
    if found is None or "strict" in told.settings or not isinstance(every, int):
        return None
    if found.logged_instead is not None:
        names = ", ".join(repr(name) for name in found.logged_instead[:_MOST_NAMES])
        more = ", …" if len(found.logged_instead) > _MOST_NAMES else ""
        return (
            f"is never logged, only {names}{more}: Lightning raises MisconfigurationException when"
            " the scheduler is to step"
        )
    if found.of_validation and told.per is Cadence.BATCH and every == 1:
        return (
            "is a metric of the validation, but the scheduler steps after every update: the first"
            " has no metric yet, and Lightning raises"
        )
    gap = None if found.validated_every is None else found.validated_every.value
    if found.of_validation and told.per is Cadence.EPOCH and isinstance(gap, int) and every < gap:
        when = "every epoch" if every == 1 else f"every {every} epochs"
        return (
            f"is a metric of the validation, which runs every {gap} epochs, but the scheduler steps"
            f" after {when}: there is no metric yet, and Lightning raises; frequency={gap} fits"
        )
    if found.unshared is not None:
        return (
            "is logged without sync_dist=True by several processes: each lowers its LR by the"
            " metric of its share of the data, so that their LRs drift apart"
        )
    return None
