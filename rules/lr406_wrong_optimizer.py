"""LR406 wrong-optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Call, OptimizerUse, Place, Schedule, Training
from lrlint.judgement.exclusions import EXERCISE, OPTIMIZER_ELSEWHERE
from lrlint.judgement.stepping import regular_sites
from lrlint.judgement.wiring import meet
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training


def _successor(schedule: Schedule) -> OptimizerUse | None:
    old = schedule.optimizer
    return None if old is None else old.replaced_by or old.replaced_midway


def _may_step(schedule: Schedule) -> bool:
    """Whether its optimizer is not known to train nothing."""
    steps = schedule.stepping.optimizer_steps
    return steps is None or steps.as_number() != 0


class WrongOptimizer(Rule):
    """A scheduler drives an optimizer that is never stepped, while another one trains.

    ## What it does

    Reports a scheduler that is stepped in the training loop while its optimizer never is, and
    another optimizer is stepped in that loop; or its optimizer is stepped in another phase than the
    scheduler, `if epoch < 5: …; else: …`. (LR401 reports an optimizer that is replaced under the
    same name.) Not reported is a scheduler whose LR the script writes into the other optimizer.

    It also reports a resume that takes a pickled scheduler from the checkpoint and loads only the
    state of the optimizer: that scheduler drives the copy of the optimizer that was pickled with
    it.

    ## Why is this bad

    The scheduler changes the LR of an optimizer that trains nothing. The other one trains at its
    own LR from the first step to the last, though the log shows the schedule. torch warns that
    `lr_scheduler.step()` is called before `optimizer.step()`, which is not the cause.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    head_optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            head_optimizer.step()
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = StepLR(head_optimizer, step_size=30)
    ```

    and on a resume

    ```python
    scheduler.load_state_dict(checkpoint["scheduler"])
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR406", "wrong-optimizer", Severity.ERROR
    positioned = True
    exclusions = (
        OPTIMIZER_ELSEWHERE,
        Exclusion(_successor, "another optimizer takes the place of its own", owner="LR401"),
        Exclusion(_may_step, "how often its optimizer is stepped is not known"),
        EXERCISE,
    )

    SETUP = """
        optimizer_g = Adam(model.generator.parameters(), lr=0.1)
        optimizer_c = SGD(model.critic.parameters(), lr=0.2)
        scheduler = StepLR({driven}, step_size=30)
        """
    UPDATE = "model.critic(x, y).backward()\noptimizer_c.step()"
    VALID = (training(SETUP.format(driven="optimizer_c"), update=UPDATE, epoch="scheduler.step()"),)
    INVALID = (
        Invalid(
            training(SETUP.format(driven="optimizer_g"), update=UPDATE, epoch="scheduler.step()"),
            at="scheduler = StepLR(optimizer_g, step_size=30)",
            says=("optimizer_g", "never stepped", "optimizer_c"),
        ),
    )

    def _ghost(self, schedule: Schedule, call: Call) -> Finding:
        return self.finding(
            call.place,
            "the scheduler out of the checkpoint drives the copy of the optimizer that was pickled"
            " with it: the LR of the one that trains stays as it is loaded",
            notes=(
                ("the optimizer that trains is built here", _place(schedule)),
                ("the scheduler steps here", schedule.sites[0].place),
            ),
        )

    def _apart(
        self, schedule: Schedule, optimizer: OptimizerUse, other: OptimizerUse
    ) -> Finding | Silence:
        return self.first(APART, schedule, schedule.place) or self.finding(
            schedule.place,
            f"{schedule.scheduler} drives {_name(optimizer)}, but is stepped only where"
            f" {_name(other)} trains instead, which knows nothing of the schedule",
            severity=self.severity if schedule.construction.on_default_path else Severity.WARNING,
            notes=(
                ("its optimizer is stepped here", optimizer.sites[0].place),
                ("the other one is stepped here", other.sites[0].place),
                ("the scheduler steps here", schedule.sites[0].place),
            ),
        )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            optimizer = schedule.optimizer
            ghost = _unpickled(schedule)
            if ghost is not None:
                yield self._ghost(schedule, ghost)
            if optimizer is None or schedule.parent is not None:
                continue
            if optimizer.stepped:
                other = schedule.stepping.trained_instead
                if other is not None and not _is_driven(other, training):
                    yield self._apart(schedule, optimizer, other)
                continue
            other = _who_trains(schedule, training)
            if other is None:
                continue
            yield self.excluded(schedule) or self.finding(
                schedule.place,
                f"{schedule.scheduler} drives {_name(optimizer)}, which is never stepped:"
                f" {_name(other)} trains, and knows nothing of the schedule",
                severity=self.severity
                if schedule.construction.on_default_path
                else Severity.WARNING,
                notes=(
                    ("its optimizer is built here", optimizer.place),
                    ("the other one is stepped here", other.sites[0].place),
                    ("the scheduler steps here", schedule.sites[0].place),
                ),
            )


def _unpickled(schedule: Schedule) -> Call | None:
    """Return where a scheduler of a checkpoint, which is then stepped, takes its name."""
    optimizer = schedule.optimizer
    if optimizer is None or not optimizer.stepped or schedule.parent is not None:
        return None
    if any(call.method == "unpickled" for call in optimizer.calls):
        return None  # together with its optimizer
    return next(
        (
            call
            for call in schedule.calls
            if call.method == "unpickled"
            and any(site.order > call.order for site in regular_sites(schedule))
        ),
        None,
    )


def _who_trains(schedule: Schedule, training: Training) -> OptimizerUse | None:
    """Return the optimizer without a schedule that steps in the scheduler's loop."""
    sites = regular_sites(schedule)
    here = [
        other
        for other in training.optimizers
        if any(meet(one, two) for one in sites for two in other.sites)
    ]
    if any(other.writes for other in here):
        return None
    return next((other for other in here if not _is_driven(other, training)), None)


def _is_driven(optimizer: OptimizerUse, training: Training) -> bool:
    """Whether its LR changes, by a schedule or by the script itself."""
    return bool(optimizer.writes) or any(
        one.optimizer is optimizer and one.sites for one in training.schedules
    )


APART = (OPTIMIZER_ELSEWHERE, EXERCISE)


def _place(schedule: Schedule) -> Place | None:
    return None if schedule.optimizer is None else schedule.optimizer.place


def _name(optimizer: OptimizerUse) -> str:
    return optimizer.variable or f"the {optimizer.class_name}"
