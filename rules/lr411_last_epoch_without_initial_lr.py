"""LR411 last-epoch-without-initial-lr."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule, Training
from lrlint.formulas import LAWS
from lrlint.judgement import wording
from lrlint.judgement.exclusions import OPTIMIZER_ELSEWHERE
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training
from lrlint.symbolic import Expr

_WITHOUT_CHECK = frozenset({"SequentialLR", "ChainedScheduler", "ReduceLROnPlateau"})
"""They do not ask the groups for an ``initial_lr``."""
_RESUME = re.compile(
    r"start|resum|(ckpt|checkpoint|snapshot|saved|loaded|state)\w*\["
    r"|(^|[^a-z_])first(_?(epoch|step|iter))?$",
    re.IGNORECASE,
)


def _has_open_groups(schedule: Schedule) -> bool:
    return schedule.optimizer is not None and schedule.optimizer.open_groups


class LastEpochWithoutInitialLr(Rule):
    """`last_epoch` is set for an optimizer whose param groups have no `initial_lr`.

    ## What it does

    Reports a scheduler with a `last_epoch` other than -1 on a new optimizer: no state was loaded
    into it, no other scheduler was built on it, and its param groups have no `initial_lr`.

    ## Why is this bad

    The constructor raises ``KeyError: "param 'initial_lr' is not specified in param_groups[0]"``.
    If `last_epoch` depends on the first epoch of the training, it does so on a resume only.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=90, last_epoch=start_epoch - 1)
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=90)
    if resume:
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## References

    - [torch: LRScheduler](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html)
    """

    code, name, severity = "LR411", "last-epoch-without-initial-lr", Severity.ERROR
    exclusions = (
        OPTIMIZER_ELSEWHERE,
        Exclusion(_has_open_groups, "its optimizer may have param groups that are not seen"),
    )

    SETUP = """
        import torch
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        {first}
        scheduler = StepLR(optimizer, 30, last_epoch=start_epoch - 1)
        """
    VALID = (
        training(
            SETUP.format(first='optimizer.load_state_dict(torch.load("last.pt"))'),
            epochs="start_epoch, epochs",
            epoch="scheduler.step()",
            parameters="start_epoch=0",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP.format(first="model.train()"),
                epochs="start_epoch, epochs",
                epoch="scheduler.step()",
                parameters="start_epoch=0",
            ),
            at="scheduler = StepLR(optimizer, 30, last_epoch=start_epoch - 1)",
            says=("start_epoch - 1", "on a resume", "KeyError"),
        ),
        Invalid(
            training(
                "scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch, last_epoch=0)",
                epoch="scheduler.step()",
            ),
            at="scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch, last_epoch=0)",
            says=("last_epoch=0", "KeyError"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            last = schedule.argument("last_epoch")
            if last is None or last.number is None or last.number.as_number() == -1:
                continue
            known = schedule.scheduler in LAWS or schedule.construction.derived
            if not known or schedule.scheduler in _WITHOUT_CHECK:
                continue
            certain = last.number.value not in (None, -1)
            if schedule.optimizer is None or not _is_fresh(schedule, training, certain):
                continue
            if not certain and not _is_a_start(last.number):
                continue
            yield self.excluded(schedule) or self.finding(
                last.place or schedule.place,
                f"last_epoch={wording.amount(last.number) if certain else last.number}, but the"
                f" param groups have no initial_lr:{'' if certain else ' on a resume,'} the"
                " constructor raises KeyError",
                severity=self.severity
                if certain and schedule.construction.on_default_path
                else Severity.WARNING,
                notes=(("the optimizer is built here", schedule.optimizer.place),),
            )


def _is_a_start(number: Expr) -> bool:
    """Whether it is -1 for a training from the beginning, and not for one that is resumed."""
    return any(_RESUME.search(atom.name) for atom in number.atoms())


def _is_fresh(schedule: Schedule, training: Training, by_default: bool) -> bool:
    """Whether nothing has given the groups of its optimizer their base LR.

    ``by_default`` leaves out what only other settings than the defaults lead to.
    """
    optimizer = schedule.optimizer
    assert optimizer is not None
    if any(group.initial_lr for group in optimizer.groups):
        return False
    if any(
        call.method in ("load_state_dict", "initial_lr =", "add_param_group")
        and call.order < schedule.construction.order
        and not (by_default and any(guard.by_default is False for guard in call.guards))
        for call in optimizer.calls
    ):
        return False
    return not any(
        other is not schedule
        and other not in schedule.surroundings.otherwise
        and other.optimizer is optimizer
        and other.construction.order < schedule.construction.order
        for other in training.schedules
    )
