"""LR106 plateau-metric."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Guard, GuardKind, Schedule, StepArgument, StepSite
from lrlint.formulas import LAWS
from lrlint.judgement.wiring import which_scheduler
from lrlint.rule import Exclusion, Finding, Invalid, Rule, Silence
from lrlint.snippets import training

_POSITION = re.compile(
    r"^(?!.*(loss|acc|score|metric)).*(epoch|step|iter|idx|index)", re.IGNORECASE
)
"""Names of positions, whatever computes them."""
_COMPARED = re.compile(r"""(\w+)["'\])]*(?:\.lower\(\))?\s*(?:[!=]=|(?:not )?in\b)\s*[\[({]?["']""")
"""The name before a comparison with a string or with several."""
_NO_ARGUMENT = frozenset({"SequentialLR", "ChainedScheduler"})


def _is_tried(schedule: Schedule) -> bool:
    """Whether one way to step is tried, and the other where it fails."""
    guards = (guard for site in schedule.sites for guard in site.guards)
    return any(guard.kind is GuardKind.EXCEPTION for guard in guards)


Step = tuple[Schedule, StepSite]
"""A scheduler and one of its steps."""


def _is_position(step: Step) -> bool:
    _, site = step
    is_metric = site.argument is StepArgument.METRIC
    return is_metric and _POSITION.search(site.argument_text) is not None


def _switched_off(step: Step) -> Guard | None:
    _, site = step
    return next((guard for guard in site.guards if guard.by_default is False), None)


def _shared_setting(step: Step) -> str | None:
    """Return the setting that decides which scheduler is built and which step it gets.

    ``self.opt.policy`` may be the ``opt.policy`` that was asked where the scheduler was built.
    """
    schedule, site = step
    asked = {name for guard in schedule.construction.guards for name in _settings(guard)}
    return next((name for guard in site.guards for name in _settings(guard) if name in asked), None)


def _settings(guard: Guard) -> list[str]:
    """Return the attributes and items that a condition compares with strings, by their names."""
    return _COMPARED.findall(guard.text)


def _which_it_is(step: Step) -> Guard | None:
    """Return the guard that may ask which scheduler it is; one may be too long to tell."""
    _, site = step
    untold = (guard for guard in site.guards if guard.kind is GuardKind.OTHER and not guard.reads)
    return which_scheduler(site) or next(untold, None)


def _chosen(step: Step) -> Guard | None:
    """Return the open setting that says which of two kinds of step a chosen scheduler gets.

    ``if args.watch: scheduler.step(loss)`` and ``else: scheduler.step()`` are for several
    schedulers, and who picks one sets the other as well.
    """
    schedule, site = step
    if not schedule.construction.guards:
        return None
    others = [
        guard.place.span()
        for other in schedule.sites
        if other.argument is not site.argument
        for guard in other.guards
    ]
    return next(
        (
            guard
            for guard in site.guards
            if guard.kind in (GuardKind.FLAG, GuardKind.OTHER)
            and guard.by_default is None
            and guard.place.span() in others
        ),
        None,
    )


STEP_EXCLUSIONS = (
    Exclusion(_is_position, "its argument is called like a position"),
    Exclusion(_switched_off, lambda guard: f"by default `{guard.text}` does not hold"),
    Exclusion(_which_it_is, lambda guard: f"whether `{guard.text}` holds is not known"),
    Exclusion(_chosen, lambda guard: f"`{guard.text}` may go with which scheduler it is"),
    Exclusion(_shared_setting, lambda name: f"`{name}` decides which scheduler it is, too"),
)


class PlateauMetric(Rule):
    """`ReduceLROnPlateau` is stepped without its metric, or another scheduler with one.

    ## What it does

    Reports `step()` without an argument on `ReduceLROnPlateau`, and `step(val_loss)` on a scheduler
    that takes no metric.

    ## Why is this bad

    The first is a TypeError, at the end of the first epoch. The second is taken as a number of
    epochs: a loss of 0.37 sets the schedule back to its start, every time, and an accuracy of 91.5
    sends it to its end. (`SequentialLR` and `ChainedScheduler` raise a TypeError.)

    ## Example

    ```python
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        train()
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        train()
        scheduler.step(validate())
    ```

    ## What torch says

    `TypeError: ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'` for the
    first. For the second it warns that `The epoch parameter in scheduler.step() was not
    necessary`, and not that it was given a loss.

    ## References

    - [torch.optim.lr_scheduler.ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR106", "plateau-metric", Severity.ERROR
    exclusions = (Exclusion(_is_tried, "another call is made where this one fails"),)

    VALID = (
        training(
            """
            if plateau:
                scheduler = ReduceLROnPlateau(optimizer)
            else:
                scheduler = StepLR(optimizer, step_size=30)
            """,
            epoch="""
            if isinstance(scheduler, ReduceLROnPlateau):
                scheduler.step(validate(model))
            else:
                scheduler.step()
            """,
            parameters="plateau, validate",
        ),
        # A fraction of an epoch is documented use.
        training(
            "scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-3)",
            batches="i, (x, y) in enumerate(train_loader)",
            batch="scheduler.step(epoch + i / len(train_loader))",
        ),
    )
    INVALID = (
        Invalid(
            training("scheduler = ReduceLROnPlateau(optimizer)", epoch="scheduler.step()"),
            at="scheduler.step()",
            says=("TypeError",),
        ),
        Invalid(
            training(
                "scheduler = StepLR(optimizer, step_size=30)",
                update="loss = model(x, y)\nloss.backward()\noptimizer.step()",
                epoch="scheduler.step(loss.item())",
            ),
            at="scheduler.step(loss.item())",
            says=("StepLR", "loss.item()", "number of epochs"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        law = LAWS.get(schedule.scheduler)
        if law is None:
            return
        wrong = StepArgument.NOTHING if law.takes_metric else StepArgument.METRIC
        sites = [site for site in schedule.sites if site.argument is wrong]
        if sites and (silence := self.excluded(schedule)):
            yield silence
            return
        for site in sites:
            if silence := self.first(STEP_EXCLUSIONS, (schedule, site), site.place):
                yield silence
                continue
            yield self.finding(
                site.place,
                _message(schedule, site),
                severity=Severity.ERROR
                if schedule.construction.on_default_path
                else Severity.WARNING,
                notes=(("scheduler built here", schedule.place),),
            )
            return


def _message(schedule: Schedule, site: StepSite) -> str:
    if site.argument is StepArgument.NOTHING:
        return (
            f"{schedule.scheduler}.step() needs the metric that it watches: this call raises"
            " TypeError"
        )
    if schedule.scheduler in _NO_ARGUMENT or site.argument_text.startswith("metrics="):
        return f"{schedule.scheduler}.step() takes no metric: this call raises TypeError"
    return (
        f"{schedule.scheduler} does not watch a metric: step({site.argument_text}) takes it as the"
        " number of epochs so far"
    )
