"""LR303 eta-min-too-high."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import EXERCISE, NOT_STEPPED, OPEN_ARGUMENTS, WRITES
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.option import Option
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import compare


class EtaMinTooHigh(Rule):
    """A cosine ends above a tenth of the base LR, so there is no fine-tuning phase.

    ## What it does

    Reports `eta_min` above 10 % (`share`) of a param group's base LR (advice: shown with
    `--pedantic`).

    ## Why is this bad

    The last steps settle the weights into a minimum, which takes an LR well below the one that
    found it. Most published schedules end at 1 % of the base LR or below.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.05)
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.001)
    ```

    ## References

    - [SGDR: Stochastic Gradient Descent with Warm Restarts](https://arxiv.org/abs/1608.03983)
    """

    code, name, severity = "LR303", "eta-min-too-high", Severity.ADVICE
    schedulers = frozenset({"CosineAnnealingLR", "CosineAnnealingWarmRestarts"})
    exclusions = (OPEN_ARGUMENTS, WRITES, NOT_STEPPED, EXERCISE)

    share = Option(0.1, "`eta_min` is reported above this share of the base LR.", least=0, most=1)

    SETUP = "scheduler = CosineAnnealingLR(optimizer, T_max=60, eta_min={})"
    VALID = (training(SETUP.format(0.01), epochs=60, batches=None, epoch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(SETUP.format(0.05), epochs=60, batches=None, epoch="scheduler.step()"),
            at=SETUP.format(0.05),
            says=("eta_min is 0.05", "50 % of the base LR of 0.1"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        eta_min, optimizer = schedule.argument("eta_min"), schedule.optimizer
        if eta_min is None or eta_min.number is None or optimizer is None:
            return
        if eta_min.place is None:
            return
        for group in optimizer.groups:
            if group.lr is None:
                continue
            comparison = compare(eta_min.number, group.lr)
            ratio = comparison.ratio
            if ratio is None or not self.share < ratio < 1:
                continue
            if silence := self.excluded(schedule):
                yield silence
                return
            certain = comparison.certain
            yield self.finding(
                eta_min.place,
                f"eta_min is {wording.amount(eta_min.number)}, {float(ratio):.0%}"
                f" of the base LR of {wording.amount(group.lr)}".replace("%", " %")
                + ("" if certain else WITH_THE_DEFAULTS)
                + ": the LR never gets low enough to fine-tune",
                notes=(
                    ("scheduler built here", schedule.place),
                    ("the LR is set here", group.place or optimizer.place),
                ),
            )
            return
