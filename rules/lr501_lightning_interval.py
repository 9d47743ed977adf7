"""LR501 lightning-interval."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Argument, Driver, Schedule
from lrlint.fix import ReplaceWith, SetItem
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, REBUILT
from lrlint.judgement.lightning import (
    BadFrequency,
    WrongInterval,
    bad_frequency,
    invalid_interval,
    lightning,
    unread_setting,
    wrong_interval,
)
from lrlint.judgement.rates import course
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, safe
from lrlint.snippets import Diff

_MODULE = """
import lightning as L
from torch.optim import SGD
from torch.optim.lr_scheduler import {imports}

class Net(L.LightningModule):
    def training_step(self, batch, batch_idx):
        return self(batch).mean()

    def configure_optimizers(self):
        optimizer = SGD(self.parameters(), lr=0.1)
{body}
"""


def _module(body: str, imports: str = "CosineAnnealingLR") -> str:
    rows = "\n".join(f"        {row}" for row in body.strip().splitlines())
    return _MODULE.format(imports=imports, body=rows)


_UPDATES = (
    "scheduler = CosineAnnealingLR(\n"
    "    optimizer, T_max=self.trainer.estimated_stepping_batches, eta_min=1e-3\n"
    ")\n"
)
_EPOCHS = "scheduler = CosineAnnealingLR(optimizer, T_max=self.trainer.max_epochs, eta_min=1e-3)\n"


class LightningInterval(Rule):
    """Lightning steps the scheduler per epoch although its horizon counts updates, or vice versa.

    ## What it does

    Reads what `configure_optimizers` returns, and reports a scheduler

    - whose horizon counts optimizer steps or batches while `interval` is `"epoch"`, which is the
      default, or whose horizon counts epochs while `interval` is `"step"`;
    - whose `interval` or `frequency` is written beside `lr_scheduler`, where Lightning does not
      read it: it belongs in the dict with the scheduler;
    - whose `interval` is neither `"step"` nor `"epoch"`, or that is returned beside its optimizer
      (`return optimizer, scheduler`), with which `fit()` raises;
    - whose `frequency` lets it never step, or does not go with `accumulate_grad_batches`:
      `frequency` counts batches within the epoch, and a scheduler steps only where an update
      happens at one of them.

    ## Why is this bad

    A cosine over `trainer.estimated_stepping_batches` that is stepped once per epoch goes through
    6 of 48 steps in 6 epochs of 8 batches, and the LR hardly moves. A `OneCycleLR` does not get
    out of its warm-up. The other way round the LR reaches its minimum in the first epoch. Lightning
    says nothing.

    ## Example

    ```python
    scheduler = OneCycleLR(
        optimizer, max_lr=0.1, total_steps=self.trainer.estimated_stepping_batches
    )
    return [optimizer], [scheduler]
    ```

    ## Use instead

    ```python
    scheduler = OneCycleLR(
        optimizer, max_lr=0.1, total_steps=self.trainer.estimated_stepping_batches
    )
    return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
    ```

    ## References

    - [LightningModule.configure_optimizers](https://lightning.ai/docs/pytorch/stable/common/lightning_module.html#configure-optimizers)
    - The same mistake in public:
      [pytorch-lightning #9475](https://github.com/Lightning-AI/pytorch-lightning/issues/9475),
      [pytorch-lightning #5584](https://github.com/Lightning-AI/pytorch-lightning/issues/5584)
    """

    code, name, severity = "LR501", "lightning-interval", Severity.ERROR
    exclusions = (EXERCISE, REBUILT)

    VALID = (
        _module(
            _UPDATES + 'return [optimizer], [{"scheduler": scheduler, "interval": "step"}]',
        ),
        _module(_EPOCHS + "return [optimizer], [scheduler]"),
    )
    INVALID = (
        Invalid(
            _module(_UPDATES + "return [optimizer], [scheduler]"),
            at="return [optimizer], [scheduler]",
            fixed=Diff(
                """
                - return [optimizer], [scheduler]
                + return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
                """
            ),
            says=("T_max", "once per epoch", 'interval left at "epoch"'),
        ),
        Invalid(
            _module(
                _EPOCHS
                + 'config = {"scheduler": scheduler, "interval": "step"}\n'
                + 'return {"optimizer": optimizer, "lr_scheduler": config}'
            ),
            at='config = {"scheduler": scheduler, "interval": "step"}',
            fixed=Diff(
                """
                - config = {"scheduler": scheduler, "interval": "step"}
                + config = {"scheduler": scheduler, "interval": "epoch"}
                """
            ),
            says=("T_max", "counts epochs", "every update", 'interval="step"'),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        told = lightning(schedule)
        if told is None or schedule.parent is not None:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        finding = self._judge(schedule, told)
        if finding is not None:
            yield finding

    def _judge(self, schedule: Schedule, told: Driver) -> Finding | None:
        """Return the first that is wrong: one mistake is one finding."""
        if told.refused:
            return self.finding(
                told.place,
                "Lightning takes neither an optimizer and a scheduler side by side nor a list of"
                " the two: fit() raises MisconfigurationException; return [optimizer], [scheduler]",
                notes=(("scheduler built here", schedule.place),),
            )
        if (interval := invalid_interval(schedule)) is not None:
            return self.finding(
                interval.place or told.place,
                f'interval is "{interval.value}", and Lightning knows "step" and "epoch" only:'
                " fit() raises MisconfigurationException",
                notes=(("scheduler built here", schedule.place),),
            )
        if (wrong := wrong_interval(schedule)) is not None:
            return self._wrong(schedule, wrong)
        if (unread := unread_setting(schedule)) is not None:
            name, argument = unread
            return self.finding(
                argument.place or told.place,
                f"{name} is read only from the dict with the scheduler: {argument.text} beside"
                f' "lr_scheduler" has no effect, and it is stepped once per'
                f" {_per(told)} ({told.words})",
                notes=(("scheduler built here", schedule.place),),
                fix=_set(told, name, argument.text),
            )
        if (bad := bad_frequency(schedule)) is not None:
            return self._bad_frequency(schedule, bad)
        return None

    def _wrong(self, schedule: Schedule, wrong: WrongInterval) -> Finding:
        told, mismatch = wrong.driver, wrong.mismatch
        horizon = mismatch.evidence.horizon
        if wrong.right == "step":
            text = f"{wording.horizon(horizon, 'updates')}, but Lightning steps once per epoch"
        else:
            text = f"{wording.horizon(horizon, 'epochs')}, but Lightning steps after every update"
        outer = told.misplaced.get("interval")
        ignored = (
            '; the interval beside "lr_scheduler" is not read'
            if outer is not None and outer.value == wrong.right
            else ""
        )
        return self.finding(
            told.place,
            f"{text} ({told.words}{ignored}){_consequence(schedule, wrong)}"
            f"{mismatch.evidence.caveat}",
            severity=Severity.ERROR if mismatch.certain else Severity.WARNING,
            notes=(
                (f"{horizon.parameter} set here", horizon.place),
                ("scheduler built here", mismatch.evidence.schedule.place),
            ),
            fix=_set(told, "interval", f'"{wrong.right}"'),
        )

    def _bad_frequency(self, schedule: Schedule, bad: BadFrequency) -> Finding:
        number = bad.frequency.number
        assert number is not None
        every = wording.amount(number)
        if bad.accumulation is None:
            unit = "batches" if _per(bad.driver) == "update" else "epochs"
            text = f"frequency={every} is more than there are {unit}: the scheduler never steps"
        else:
            batches = wording.amount(bad.accumulation)
            steps, updates = schedule.steps, schedule.stepping.optimizer_steps
            taken = (
                ""
                if steps is None or updates is None
                else f": {wording.amount(steps)} steps in {wording.amount(updates)} updates"
            )
            text = (
                f"frequency={every} counts batches, not updates, and an update happens every"
                f" {batches} of them, so the scheduler does not step at every {every}th of"
                f" either{taken}"
            )
        return self.finding(
            bad.frequency.place or bad.driver.place,
            text,
            notes=(("scheduler built here", schedule.place),),
        )


def _per(told: Driver) -> str:
    return "epoch" if told.per.value == "epoch" else "update"


def _consequence(schedule: Schedule, wrong: WrongInterval) -> str:
    """Return how far the schedule gets, in numbers where they are known."""
    one, length = wrong.mismatch.evidence.schedule, wrong.mismatch.evidence.horizon.length
    assert length is not None
    steps = schedule.steps
    if wrong.right == "epoch":
        if steps is None or steps.value is None or length.value is None:
            return ": it is over within the first epochs"
        return f": {wording.amount(steps)} steps, where {wording.amount(length)} are planned"
    if steps is None or steps.value is None or length.value is None:
        return ": the LR hardly moves"
    text = f": {wording.amount(steps)} of {wording.amount(length)} steps are taken"
    return text + (course(schedule, steps) if one is schedule else "")


def _set(told: Driver, name: str, text: str) -> Proposal | None:
    """Set a setting in the dict with the scheduler, or write the dict where there is none."""
    written: Argument | None = told.settings.get(name)
    if written is not None and written.place is not None:
        return safe(f"Set {name} to {text}", (written.place, ReplaceWith(text)))
    if not told.written:
        return None
    return safe(f"Set {name} to {text}", (told.place, SetItem(name, text, "scheduler")))
