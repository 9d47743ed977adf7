"""LR302 eta-min-not-below-lr."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import ParamGroup, Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import NOT_STEPPED, OPEN_ARGUMENTS, WRITES
from lrlint.judgement.hand_written import caveat, is_written
from lrlint.judgement.hand_written_curves import raised
from lrlint.judgement.length import WITH_THE_DEFAULTS
from lrlint.judgement.rates import lr_text
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Comparison, Expr, compare


class EtaMinNotBelowLr(Rule):
    """`eta_min` is not below the base LR of a param group, so the "decay" raises its LR.

    ## What it does

    Compares the `eta_min` of a cosine scheduler with the LR that each param group starts from, and
    the `lr_end` of transformers' polynomial schedule, which raises ValueError then.

    ## Why is this bad

    A cosine goes from the base LR to `eta_min`, even if that is higher. All param groups share one
    `eta_min`: 1e-3 is low for a head that starts at 0.01, but ten times the LR of a backbone that
    starts at 1e-4, whose LR then rises while the head's falls. If both are equal, the LR never
    changes. torch does not warn.

    ## Example

    ```python
    optimizer = AdamW(
        [{"params": backbone, "lr": 1e-4}, {"params": head, "lr": 1e-2}]
    )
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-6)
    ```

    A `LambdaLR` gives each group a minimum that is a share of its LR.

    ## References

    - [torch: CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
    """

    code, name, severity = "LR302", "eta-min-not-below-lr", Severity.ERROR
    schedulers = frozenset(
        {
            "CosineAnnealingLR",
            "CosineAnnealingWarmRestarts",
            "get_polynomial_decay_schedule_with_warmup",
        }
    )
    exclusions = (OPEN_ARGUMENTS, WRITES, NOT_STEPPED)

    VALID = (
        training(
            """
            optimizer = SGD(model.parameters(), lr=lr)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.01 * lr)
            """,
            batches=None,
            epoch="scheduler.step()",
            parameters="lr",
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                backbone = {"params": model.backbone.parameters(), "lr": 1e-4}
                head = {"params": model.head.parameters(), "lr": 1e-2}
                optimizer = AdamW([backbone, head])
                scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)
                """,
                epochs=50,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)",
            says=("eta_min is 0.001", "param group 0", "rises from 0.0001 to 0.001"),
        ),
        # The default LR of Adam.
        Invalid(
            training(
                """
                optimizer = Adam(model.parameters())
                scheduler = CosineAnnealingLR(optimizer, epochs, 1e-3)
                """,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, epochs, 1e-3)",
            says=("the LR stays at 0.001",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        name = _LOWEST.get(schedule.scheduler, "eta_min")
        eta_min, optimizer = schedule.number(name), schedule.optimizer
        if eta_min is None or eta_min.as_number() == 0 or optimizer is None:
            return
        risen = [
            (number, group, comparison)
            for number, group in enumerate(optimizer.groups)
            if group.lr is not None
            and (comparison := compare(eta_min, group.lr)).sign in (0, 1)
            and not comparison.unknown
        ]
        unknown = [lr for lr in schedule.base_lrs if lr is None or compare(eta_min, lr).unknown]
        if not risen and not unknown:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        if not risen:
            why = f"whether {name} = {wording.amount(eta_min)} is below the LR is not known"
            yield self.silence(schedule.place, why)
            return
        number, group, comparison = risen[0]
        argument = schedule.arguments[name]
        place = argument.place or schedule.place
        same = place.span().filename == schedule.place.span().filename
        yield self.finding(
            place if same else schedule.place,
            f"{name} is {wording.amount(eta_min)}, but {_which(number, optimizer.groups)} starts"
            f" at {_amount(group.lr)}{_where(schedule, comparison)}:"
            f" {_raises(name) or _consequence(eta_min, group, comparison)}",
            severity=self.severity if _sure(schedule, comparison) else Severity.WARNING,
            notes=(
                ("scheduler built here", schedule.place if same else None),
                (f"{name} set here", None if same else place),
                ("the LR is set here", group.place or optimizer.place),
            ),
        )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        found = raised(schedule)
        if found is None:
            return
        start, end = (lr_text([lr]) for lr in found)
        what = "that is written here" if is_written(schedule) else f"of {schedule.scheduler}"
        yield self.finding(
            schedule.place,
            f"the decay {what} raises the LR, from {start} to {end}{caveat(schedule)}",
            severity=self.severity if schedule.law.settled else Severity.WARNING,
        )


_LOWEST = {"get_polynomial_decay_schedule_with_warmup": "lr_end"}


def _raises(name: str) -> str:
    return "transformers raises ValueError" if name == "lr_end" else ""


def _sure(schedule: Schedule, comparison: Comparison) -> bool:
    return comparison.certain and schedule.construction.on_default_path


def _where(schedule: Schedule, comparison: Comparison) -> str:
    """Say which settings lead there, if the script's defaults do not."""
    asked = [guard.text for guard in schedule.construction.guards if guard.by_default is False]
    if asked:
        return f" where {' and '.join(asked)}"
    return "" if comparison.certain else WITH_THE_DEFAULTS


def _amount(number: Expr | None) -> str:
    return "?" if number is None else wording.amount(number)


def _which(number: int, groups: tuple[ParamGroup, ...]) -> str:
    return "the LR" if len(groups) == 1 else f"the LR of param group {number}"


def _consequence(eta_min: Expr, group: ParamGroup, comparison: Comparison) -> str:
    if comparison.equal:
        return f"the LR stays at {wording.amount(eta_min)}"
    return f"it rises from {_amount(group.lr)} to {wording.amount(eta_min)}"
