"""LR401 optimizer-replaced."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, OptimizerUse, Schedule, Training
from lrlint.judgement.rates import lr_text
from lrlint.judgement.wiring import meet
from lrlint.rule import Finding, Invalid, Rule, Silence
from lrlint.snippets import training


class OptimizerReplaced(Rule):
    """The optimizer is replaced after its scheduler is built, which still changes the old one.

    ## What it does

    Reports a scheduler that is stepped although its optimizer is not, because another optimizer has
    been stored under the same name since and trains instead, from the start or in a second phase.

    ## Why is this bad

    A scheduler keeps the optimizer that it was built with. The new one has no schedule and trains
    at its own LR from the first step to the last. torch warns that `lr_scheduler.step()` is called
    before `optimizer.step()`, which is not the cause.

    ## Example

    ```python
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    model.head = nn.Linear(512, 10)
    optimizer = SGD(model.parameters(), lr=0.1)
    ```

    ## Use instead

    ```python
    model.head = nn.Linear(512, 10)
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    ```

    ## What torch says

    `Detected call of lr_scheduler.step() before optimizer.step()`, because the old optimizer is
    never stepped: advice about an order that is right.

    ## References

    - [torch.optim: constructing it](https://docs.pytorch.org/docs/stable/optim.html#constructing-it)
    """

    code, name, severity = "LR401", "optimizer-replaced", Severity.ERROR
    positioned = True

    VALID = (
        # The choice is made before the scheduler is built.
        training(
            """
            optimizer = SGD(model.parameters(), lr=0.1)
            if adam:
                optimizer = Adam(model.parameters(), lr=0.01)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            """,
            epoch="scheduler.step()",
            parameters="adam",
        ),
    )
    INVALID = (
        Invalid(
            training(
                """
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
                model.freeze()
                optimizer = SGD(model.head.parameters(), lr=0.02)
                """,
                epoch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)",
            says=("the old optimizer", "stays at 0.02"),
        ),
        # In the middle of the training.
        Invalid(
            training(
                """
                optimizer = SGD(model.head.parameters(), lr=0.1)
                scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
                """,
                before="if epoch == 10:\n    optimizer = SGD(model.parameters(), lr=0.01)",
                epoch="scheduler.step()",
            ),
            at="scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)",
            says=("stepped no more", "stays at 0.01"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding | Silence]:
        for schedule in training.schedules:
            old = schedule.optimizer
            new = None if old is None else _successor(old, schedule, training.schedules)
            if old is None or new is None or schedule.parent is not None:
                continue
            if not _step_in_same_loop(schedule, new):
                why = f"it does not step in a loop in which the new {new.class_name} does"
                yield self.silence(schedule.place, why)
                continue
            yield self.finding(
                schedule.place,
                f"{schedule.scheduler} drives the old optimizer, which is"
                f" {'stepped no more' if old.stepped else 'never stepped'}:"
                f" the {new.class_name} that replaces it trains{_lr(new, training.schedules)}",
                notes=(
                    ("optimizer replaced here", new.place),
                    ("the old optimizer is built here", old.place),
                    ("the new one steps here", (new.sites or old.sites)[0].place),
                    ("the scheduler steps here", schedule.sites[0].place),
                ),
            )


def _successor(
    old: OptimizerUse, schedule: Schedule, schedules: tuple[Schedule, ...]
) -> OptimizerUse | None:
    """Return the optimizer that is stepped instead of the one that a scheduler drives."""
    later = old.replaced_midway
    if later is not None and _steps_after_it(old, later):
        # With a scheduler of its own, the new optimizer is as it should be.
        return None if any(one.optimizer is later for one in schedules) else later
    next_phase = old.replaced_by
    if next_phase is not None and any(
        any(meet(site, own) for own in next_phase.sites)
        and not any(meet(site, own) for own in old.sites)
        for site in (schedule.sites if old.sites else ())
    ):
        return None if any(one.optimizer is next_phase for one in schedules) else next_phase
    if (
        schedule.stepping.optimizer_steps is None
        or schedule.stepping.optimizer_steps.as_number() != 0
    ):
        return None
    new, seen = old.replaced_by, {id(old)}
    while new is not None and not new.stepped and id(new) not in seen:
        seen.add(id(new))
        new = new.replaced_by
    return new if new is not None and new.stepped and new is not old else None


def _steps_after_it(old: OptimizerUse, new: OptimizerUse) -> bool:
    """Whether an optimizer steps after it has replaced another in a loop.

    Where it does so at the end of the body, the step before that is its own from then on.
    """
    loops = {id(loop) for loop in old.replaced_in}
    return new.stepped or any(id(loop) in loops for site in old.sites for loop in site.loops)


_ALWAYS = frozenset({GuardKind.EVERY_K, GuardKind.AFTER, GuardKind.SCHEDULER, GuardKind.FLAG})


def _step_in_same_loop(schedule: Schedule, new: OptimizerUse) -> bool:
    """Whether both step in one loop, so that the scheduler seems to drive the optimizer."""
    loops = {
        id(loop)
        for site in schedule.sites
        for loop in site.loops
        if not loop.dry_run and all(guard.kind in _ALWAYS for guard in site.guards)
    }
    old = schedule.optimizer
    if old is not None and old.replaced_midway is new:
        return any(id(loop) in loops for loop in old.replaced_in)
    return any(id(loop) in loops for site in new.sites for loop in site.loops)


def _lr(new: OptimizerUse, schedules: tuple[Schedule, ...]) -> str:
    """Say which LR the new optimizer trains at."""
    if new.writes or any(one.optimizer is new for one in schedules):
        return " without it"
    lrs = [None if group.lr is None else group.lr.value for group in new.groups]
    known = [float(lr) for lr in lrs if lr is not None]
    if not known or len(known) != len(lrs) or new.open_groups:
        return " at its own LR throughout"
    return f", and its LR stays at {lr_text(known)}"
