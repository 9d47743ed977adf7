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
from lrlint.symbolic import Expr

_WITHOUT_CHECK = frozenset({"SequentialLR", "ChainedScheduler", "ReduceLROnPlateau"})
"""They do not ask the groups for an ``initial_lr``."""
_RESUME = re.compile(r"start|resum|(ckpt|checkpoint|state)\w*\[", re.IGNORECASE)


def _has_open_groups(schedule: Schedule) -> bool:
    return schedule.optimizer is not None and schedule.optimizer.open_groups


class LastEpochWithoutInitialLr(Rule):
    """`last_epoch` is set for an optimizer whose param groups have no `initial_lr`.

    ## What it does

    Reports a scheduler that is given a `last_epoch` other than -1 on an optimizer that the script
    has just built: nothing has loaded a state into it, no other scheduler was built on it, and its
    param groups were given no `initial_lr`.

    ## Why is this bad

    The constructor raises ``KeyError: "param 'initial_lr' is not specified in param_groups[0]"``.
    Where `last_epoch` depends on where the training starts, it does so on a resume only, when it
    hurts most.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=90, last_epoch=start_epoch - 1)
    ```

    ## Use instead

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
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

    SCRIPT = """
        import argparse
        import torch
        from torch.optim.lr_scheduler import LambdaLR, StepLR

        parser = argparse.ArgumentParser()
        parser.add_argument("--start-epoch", type=int, default=0)
        args = parser.parse_args()

        def train(model, train_loader, epochs):
            optimizer = torch.optim.SGD({groups}, lr=0.1)
            {prepare}
            scheduler = {build}
            for epoch in range(args.start_epoch, epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """
    GROUPS = "model.parameters()"
    AGAIN = "StepLR(optimizer, 30, last_epoch=args.start_epoch - 1)"
    VALID = (
        SCRIPT.format(
            groups=GROUPS, prepare="pass", build="StepLR(optimizer, 30, 0.1, last_epoch=-1)"
        ),
        SCRIPT.format(
            groups=GROUPS, prepare='optimizer.load_state_dict(torch.load("last.pt"))', build=AGAIN
        ),
        SCRIPT.format(
            groups=GROUPS,
            prepare='for group in optimizer.param_groups: group.setdefault("initial_lr", 0.1)',
            build=AGAIN,
        ),
        SCRIPT.format(
            groups=GROUPS,
            prepare='optimizer.param_groups[0]["initial_lr"] = 0.1',
            build=AGAIN,
        ),
        SCRIPT.format(
            groups='[{"params": model.parameters(), "initial_lr": 0.1}]',
            prepare="pass",
            build=AGAIN,
        ),
        # The optimizer comes from elsewhere.
        """
        from torch.optim.lr_scheduler import StepLR

        def resume(optimizer, epoch):
            return StepLR(optimizer, 30, last_epoch=epoch)
        """,
        # -1 unless the caller knows better.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def build(model, last_epoch=-1):
            optimizer = SGD(model.parameters(), lr=0.1)
            return optimizer, StepLR(optimizer, 30, last_epoch=last_epoch)
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(groups=GROUPS, prepare="pass", build=AGAIN),
            row=12,
            says=("args.start_epoch", "KeyError"),
        ),
        Invalid(
            SCRIPT.format(
                groups=GROUPS,
                prepare="pass",
                build="LambdaLR(optimizer, lambda epoch: 0.95**epoch, last_epoch=0)",
            ),
            row=12,
            says=("last_epoch=0", "KeyError"),
        ),
        Invalid(
            """
            import torch
            from torch.optim.lr_scheduler import CosineAnnealingLR

            class Trainer:
                def __init__(self, model, resume):
                    self.start_epoch = 0
                    if resume:
                        checkpoint = torch.load(resume)
                        model.load_state_dict(checkpoint["model"])
                        self.start_epoch = checkpoint["epoch"]
                    self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    self.scheduler = CosineAnnealingLR(
                        self.optimizer, 90, eta_min=1e-3, last_epoch=self.start_epoch - 1
                    )

                def fit(self, train_loader):
                    for epoch in range(self.start_epoch, 90):
                        for x, y in train_loader:
                            self.model(x, y).backward()
                            self.optimizer.step()
                        self.scheduler.step()

            Trainer(torch.nn.Linear(2, 1), "last.pt").fit(load_data())
            """,
            row=13,
            says=('checkpoint["epoch"] - 1', "on a resume", "KeyError"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            last = schedule.argument("last_epoch")
            if last is None or last.number is None or last.number.as_number() == -1:
                continue
            if schedule.scheduler not in LAWS or schedule.scheduler in _WITHOUT_CHECK:
                continue
            if schedule.optimizer is None or not _is_fresh(schedule, training):
                continue
            certain = last.number.value not in (None, -1)
            if not certain and not _is_a_start(last.number):
                continue
            if silence := self.excluded(schedule):
                yield silence
                continue
            yield self.finding(
                last.place or schedule.place,
                f"last_epoch={wording.amount(last.number) if certain else last.number}, but the"
                f" param groups have no initial_lr:{'' if certain else ' on a resume,'} the"
                " constructor raises KeyError",
                severity=self.severity
                if certain and schedule.on_default_path
                else Severity.WARNING,
                notes=(("the optimizer is built here", schedule.optimizer.place),),
            )


def _is_a_start(number: Expr) -> bool:
    """Whether it is -1 for a training from the beginning, and not for one that is resumed."""
    return any(_RESUME.search(atom.name) for atom in number.atoms())


def _is_fresh(schedule: Schedule, training: Training) -> bool:
    """Whether nothing has given the groups of its optimizer their base LR."""
    optimizer = schedule.optimizer
    assert optimizer is not None
    if any(group.initial_lr for group in optimizer.groups):
        return False
    if any(
        call.method in ("load_state_dict", "initial_lr =", "add_param_group")
        and call.order < schedule.order
        for call in optimizer.calls
    ):
        return False
    return not any(
        other is not schedule and other.optimizer is optimizer and other.order < schedule.order
        for other in training.schedules
    )
