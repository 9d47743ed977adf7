"""LR408 late-param-group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrlint.diagnostics import Severity
from lrlint.facts import Call, Guard, Schedule, Training
from lrlint.formulas import LAWS
from lrlint.judgement.length import is_exercise, is_warmup
from lrlint.judgement.stepping import regular_sites
from lrlint.judgement.wiring import always
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training

_RAMPS = frozenset({"ConstantLR", "LinearLR"})
_INDIFFERENT = frozenset({"ReduceLROnPlateau", "GreedyLR"})
"""They look at each group's LR and at nothing else of it."""


class LateParamGroup(Rule):
    """A param group is added to the optimizer after its scheduler was built without it.

    ## What it does

    Reports `optimizer.add_param_group(…)` after the construction of a scheduler that goes on
    stepping. Not reported is a group that is added before the first step of a decay, which treats
    it like the others.

    ## Why is this bad

    A scheduler counts the groups and notes their base LRs when it is built. `LambdaLR`,
    `OneCycleLR`, `CyclicLR`, `CosineAnnealingWarmRestarts` and the schedules of transformers raise
    `ValueError` or `KeyError` at their next step, `SequentialLR` at its next milestone. `LinearLR`
    and `ConstantLR` multiply the LR of the new group by the rest of the ramp, so that it ends above
    the LR that it was given. Other decays apply only their rest to the new group, as if its LR were
    already decayed; that may be meant, and is advice.

    ## Example

    ```python
    optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 0.01})
    ```

    ## Use instead

    ```python
    optimizer = SGD(model.head.parameters(), lr=0.1)
    optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 0.01})
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    ```

    To unfreeze layers later, give them a group from the start and freeze them with
    `requires_grad_(False)` until then.

    ## References

    - [torch: Optimizer.add_param_group](https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.add_param_group.html)
    - [pytorch #104361](https://github.com/pytorch/pytorch/issues/104361)
    """

    code, name, severity = "LR408", "late-param-group", Severity.ERROR

    LAMBDA = "scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    ADD = 'optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 0.01})'
    VALID = (
        training(
            f"optimizer = SGD(model.head.parameters(), lr=0.1)\n{ADD}\n{LAMBDA}",
            epoch="scheduler.step()",
        ),
    )
    INVALID = (
        Invalid(
            training(
                f"optimizer = SGD(model.head.parameters(), lr=0.1)\n{LAMBDA}\n{ADD}",
                epoch="scheduler.step()",
            ),
            at=ADD,
            says=("LambdaLR", "ValueError"),
        ),
        # In the middle of the training.
        Invalid(
            training(
                """
                optimizer = SGD(model.head.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=30)
                """,
                before=f"if epoch == 40:\n    {ADD}",
                epoch="scheduler.step()",
            ),
            at=ADD,
            says=("StepLR", "what is left"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            for call in _late_groups(schedule):
                consequence = _consequence(schedule, call)
                case = LateGroup(training, schedule, call)
                silence = self.first(LATE_EXCLUSIONS, case, call.place)
                if consequence is not None:
                    yield silence or self._report(schedule, call, *consequence)
                if silence is None:
                    break

    def _report(self, schedule: Schedule, call: Call, text: str, severity: Severity) -> Finding:
        return self.finding(
            call.place,
            f"{schedule.scheduler} was built without this group: {text}",
            severity=min(severity, _certainty(call)),
            notes=(
                ("scheduler built here", schedule.place),
                ("stepped here", schedule.sites[0].place),
            ),
        )


def _certainty(call: Call) -> Severity:
    return Severity.ERROR if always(call.guards) or call.loops else Severity.WARNING


def _late_groups(schedule: Schedule) -> Iterator[Call]:
    """Yield where a group is added that a scheduler, which goes on stepping, does not know."""
    optimizer, sites = schedule.optimizer, regular_sites(schedule)
    if optimizer is None or schedule.parent is not None or not sites:
        return
    for call in optimizer.calls:
        if call.method != "add_param_group" or call.order < schedule.construction.order:
            continue
        loops = {id(loop) for loop in call.loops}
        if any(
            site.order > call.order or any(id(loop) in loops for loop in site.loops)
            for site in sites
        ):
            yield call


@dataclass(frozen=True)
class LateGroup:
    """A param group that is added after a scheduler is built."""

    training: Training
    schedule: Schedule
    call: Call


def _exercise(case: LateGroup) -> bool:
    return is_exercise(case.schedule)


def _is_replaced(case: LateGroup) -> bool:
    """Whether a group is removed, whose place the new one takes."""
    optimizer = case.schedule.optimizer
    calls = () if optimizer is None else optimizer.calls
    return any(call.method == "param_groups.pop" for call in calls)


def _switched_off(case: LateGroup) -> Guard | None:
    """Return a flag that is off, as the scheduler itself may be."""
    for guard in case.call.guards:
        if guard.by_default is False and guard.amount is None:
            return guard
    return None


def _is_built_anew(case: LateGroup) -> bool:
    return any(
        other.optimizer is case.schedule.optimizer and other.construction.order > case.call.order
        for other in case.training.schedules
    )


LATE_EXCLUSIONS = (
    Exclusion(_exercise, "the scheduler is stepped only in a test or to show its curve"),
    Exclusion(_is_replaced, "it takes the place of a group that is removed"),
    Exclusion(_switched_off, lambda guard: f"by default `{guard.text}` does not hold"),
    Exclusion(_is_built_anew, "a new scheduler is built after that"),
)


def _consequence(schedule: Schedule, call: Call) -> tuple[str, Severity] | None:
    """Return what comes of a group that is added late, and how bad that is; None if nothing."""
    name = schedule.scheduler
    law = LAWS.get(name)
    if law is None or name in _INDIFFERENT or law.takes_metric:
        return None
    if name == "ChainedScheduler":
        parts = (_consequence(child, call) for child in schedule.children)
        return next((part for part in parts if part is not None), None)
    if name == "SequentialLR":
        return "it raises ValueError at its next milestone", Severity.ERROR
    if name in ("OneCycleLR", "SWALR"):
        key = "swa_lr" if name == "SWALR" else "initial_lr"
        return f"its next step raises KeyError '{key}'", Severity.ERROR
    if not law.chainable or name == "MultiplicativeLR":
        return "its next step raises ValueError", Severity.ERROR
    in_training = any(loop.kind.trains for loop in call.loops)
    if name in _RAMPS:
        if in_training or not is_warmup(schedule):
            return None  # the ramp may well be over
        return (
            "it multiplies the group's LR by what is left of the ramp, to above the LR that it is"
            " given",
            Severity.ERROR,
        )
    if not in_training:
        return None
    return (
        "what is left of the decay is applied to the LR that the group brings, as if that were"
        " the LR of today",
        Severity.ADVICE,
    )
