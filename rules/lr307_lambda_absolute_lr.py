"""LR307 lambda-absolute-lr."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.judgement import wording
from lrlint.judgement.exclusions import NOT_STEPPED, OPEN_ARGUMENTS, WRITES
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Expr


def _base(schedule: Schedule) -> Expr | None:
    return next((lr for lr in schedule.base_lrs if lr is not None), None)


def _has_no_base(schedule: Schedule) -> bool:
    return _base(schedule) is None


class LambdaAbsoluteLR(Rule):
    """The function of a `LambdaLR` returns an LR instead of a factor of the base LR.

    ## What it does

    Reports an `lr_lambda` whose result is a multiple of the LR that the optimizer was built with:
    `lambda epoch: lr * 0.95**epoch`; or a power of another LR: `lambda epoch: final_lr ** drops`;
    or small in every step, as the formula of the Transformer paper is, while the optimizer's LR is
    small, too.
    Not reported are optimizers with an LR of 1, for which the two are the same, and results that
    are divided by the base LR.

    ## Why is this bad

    `LambdaLR` multiplies the result by the base LR. With `lr=0.01` the training runs at
    0.01 × 0.01, a hundredth of what is meant, and nothing that is printed looks wrong.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=args.lr)
    scheduler = LambdaLR(optimizer, lambda epoch: args.lr * 0.95**epoch)
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    ```

    ## References

    - [torch: LambdaLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html)
    """

    code, name, severity = "LR307", "lambda-absolute-lr", Severity.ERROR
    schedulers = frozenset({"LambdaLR"})
    exclusions = (
        OPEN_ARGUMENTS,
        NOT_STEPPED,
        Exclusion(_has_no_base, "the LR of its optimizer is not known"),
        WRITES,
    )

    VALID = (
        training(
            "scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)",
            batches=None,
            epoch="scheduler.step()",
        ),
        # A factor that equals the LR by chance.
        training(
            "scheduler = LambdaLR(optimizer, lambda epoch: 0.1 ** (epoch // 30))",
            batches=None,
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                optimizer = SGD(model.parameters(), lr=0.01)
                scheduler = LambdaLR(optimizer, lambda epoch: 0.01 * 0.95**epoch)
                """,
                batches=None,
                epoch="scheduler.step()",
            ),
            at="scheduler = LambdaLR(optimizer, lambda epoch: 0.01 * 0.95**epoch)",
            says=("0.0001",),
        ),
        Invalid(
            training(
                """
                optimizer = SGD(model.parameters(), lr=config.lr)
                scheduler = LambdaLR(optimizer, lambda e: config.lr * (1 - e / epochs) ** 0.9)
                """,
                batches=None,
                epoch="scheduler.step()",
                parameters="config",
            ),
            at="scheduler = LambdaLR(optimizer, lambda e: config.lr * (1 - e / epochs) ** 0.9)",
            says=("the base LR, config.lr",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        place = schedule.lr_lambda.absolute_lr
        if place is None:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        base = _base(schedule)
        assert base is not None
        known = base.value is not None
        here = place.span().filename == schedule.place.span().filename
        yield self.finding(
            place if here else schedule.place,
            _message(schedule, base),
            severity=Severity.ERROR
            if known and schedule.construction.on_default_path
            else Severity.WARNING,
            notes=(
                ("scheduler built here", schedule.place if here else None),
                ("the LR is returned here", None if here else place),
            ),
        )


def _message(schedule: Schedule, base: Expr) -> str:
    rate = schedule.lr_lambda.power_of
    if rate is not None:
        return (
            f"lr_lambda returns powers of an LR, {wording.quantity(rate)}, and LambdaLR multiplies"
            f" them by the base LR, {wording.quantity(base)}: it must return a factor"
        )
    return (
        f"lr_lambda returns an LR, and LambdaLR multiplies it by the base LR,"
        f" {wording.quantity(base)}{_product(base)}: it must return a factor"
    )


def _product(base: Expr) -> str:
    if base.value is None:
        return ""
    return f", so that {wording.number(base.value)} becomes {wording.number(base.value**2)}"
