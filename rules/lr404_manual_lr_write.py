"""LR404 manual-lr-write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, Loop, LoopKind, Schedule, StepSite, Write
from lrlint.judgement.wiring import always, drives, erases, meet
from lrlint.rule import Finding, Invalid, Rule
from lrlint.symbolic import compare


class ManualLrWrite(Rule):
    """The script writes the LR into the param groups itself, while a scheduler sets it, too.

    ## What it does

    Reports `param_group["lr"] = …` for an optimizer that a scheduler drives, where one of the two
    is lost:

    - an LR that is computed from scratch in every epoch or batch, beside a scheduler that steps
      in the same loop;
    - an LR that is written now and then (in some epoch, when a metric stalls), or once behind the
      constructor, while the scheduler computes each LR from the base LR (`LambdaLR`, `OneCycleLR`,
      `CyclicLR`, `CosineAnnealingWarmRestarts`, the schedules of transformers).

    A warm-up by hand (`if epoch < 5: …`), a factor or a bound that is applied to the LR in use, and
    an LR from which a chainable scheduler (`StepLR`, `CosineAnnealingLR`…) goes on are left alone.

    ## Why is this bad

    There is one LR per param group, and the last one to write it wins. Either the schedule never
    shows, although the scheduler is stepped and logs it, or what is written lasts until the
    scheduler's next step.

    ## Example

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(epochs):
        if epoch == 60:
            for group in optimizer.param_groups:
                group["lr"] = 1e-4
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch if epoch < 60 else 1e-3)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    """

    code, name, severity = "LR404", "manual-lr-write", Severity.WARNING

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau, StepLR

        def set_lr(optimizer, lr):
            for group in optimizer.param_groups:
                group["lr"] = lr

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            {once}
            for epoch in range(epochs):
                {before}
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
                {after}
        """
    LAMBDA = "LambdaLR(optimizer, lambda epoch: 0.95**epoch)"
    STEP = "StepLR(optimizer, step_size=30)"
    VALID = (
        # Warm-ups.
        SCRIPT.format(
            build=LAMBDA,
            once="pass",
            before="if epoch < 5: set_lr(optimizer, 0.02 * (epoch + 1))",
            after="pass",
        ),
        SCRIPT.format(
            build=LAMBDA, once="pass", before="if epoch == 0: set_lr(optimizer, 0.01)", after="pass"
        ),
        # The decay goes on from there.
        SCRIPT.format(
            build=STEP, once="pass", before="if epoch == 60: set_lr(optimizer, 0.05)", after="pass"
        ),
        SCRIPT.format(build=STEP, once="set_lr(optimizer, 0.05)", before="pass", after="pass"),
        # A bound, and a factor.
        SCRIPT.format(
            build=LAMBDA,
            once="pass",
            before="pass",
            after='optimizer.param_groups[0]["lr"] = max(optimizer.param_groups[0]["lr"], 1e-4)',
        ),
        SCRIPT.format(
            build=LAMBDA,
            once="pass",
            before="pass",
            after='for group in optimizer.param_groups: group["lr"] *= 0.5',
        ),
        # What the scheduler says.
        SCRIPT.format(
            build=LAMBDA,
            once="pass",
            before="pass",
            after="set_lr(optimizer, scheduler.get_last_lr()[0])",
        ),
        # Before there is a scheduler, and in place of one.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import LambdaLR

        def train(model, train_loader, epochs, args):
            optimizer = SGD(model.parameters(), lr=0.1)
            for group in optimizer.param_groups:
                group["lr"] = 0.05
            if args.schedule == "lambda":
                scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                if args.schedule == "lambda":
                    scheduler.step()
                else:
                    for group in optimizer.param_groups:
                        group["lr"] = 0.1 * (1 - epoch / epochs)
        """,
    )
    INVALID = (
        Invalid(
            SCRIPT.format(
                build=LAMBDA,
                once="pass",
                before="if epoch == 60: set_lr(optimizer, 1e-4)",
                after="pass",
            ),
            row=6,
            says=("the next step of LambdaLR", "erases"),
        ),
        Invalid(
            SCRIPT.format(
                build=LAMBDA, once="set_lr(optimizer, 0.01)", before="pass", after="pass"
            ),
            row=6,
            says=("first step of LambdaLR", "erases"),
        ),
        # Both decay it.
        Invalid(
            SCRIPT.format(
                build=STEP,
                once="pass",
                before="set_lr(optimizer, 0.1 * 0.5 ** (epoch // 10))",
                after="pass",
            ),
            row=6,
            says=("in every epoch", "StepLR", "never used"),
        ),
        Invalid(
            """
            import math
            from torch.optim import Adam
            from torch.optim.lr_scheduler import ReduceLROnPlateau

            class Trainer:
                def __init__(self, model, train_loader):
                    self.model = model
                    self.train_loader = train_loader
                    self.optimizer = Adam(model.parameters(), lr=1e-3)
                    self.scheduler = ReduceLROnPlateau(self.optimizer, patience=5)

                def adjust_learning_rate(self, step, total):
                    lr = 1e-3 * 0.5 * (1 + math.cos(math.pi * step / total))
                    for param_group in self.optimizer.param_groups:
                        param_group["lr"] = lr

                def fit(self, epochs):
                    step = 0
                    for epoch in range(epochs):
                        for x, y in self.train_loader:
                            self.adjust_learning_rate(step, epochs * len(self.train_loader))
                            self.model(x, y).backward()
                            self.optimizer.step()
                            step += 1
                        self.scheduler.step(self.evaluate())
            """,
            row=15,
            says=("in every batch", "ReduceLROnPlateau", "never used"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        sites = drives(schedule)
        if not sites or _moves_base(schedule):
            return
        seen: set[object] = set()
        for write in schedule.writes:
            why = _lost(schedule, write, sites)
            where = (write.place.span().filename, write.place.span().start)
            if why is None or where in seen:
                continue
            seen.add(where)
            yield self.finding(
                write.place,
                why,
                notes=(
                    ("the scheduler steps here", sites[0].place),
                    ("scheduler built here", schedule.place),
                ),
            )


def _moves_base(schedule: Schedule) -> bool:
    """Whether the script takes a part of the scheduler's business over."""
    return any(call.method in ("base_lrs =", "_last_lr =") for call in schedule.calls)


def _lost(schedule: Schedule, write: Write, sites: tuple[StepSite, ...]) -> str | None:
    """What becomes of a written LR, or of the schedule; None where they get along."""
    optimizer, name = schedule.optimizer, schedule.scheduler
    if write.order < schedule.order or optimizer is None:
        return None
    if write.group is not None and (len(optimizer.groups) > 1 or optimizer.open_groups):
        return None  # one group may well have a schedule of its own
    loop = next((one for one in reversed(write.loops) if _is_training(one)), None)
    if loop is None:
        return _once(schedule, write, sites)
    together = [site for site in sites if meet(site, write)]
    if not together:
        return None
    if always(write.guards):
        return _regularly(schedule, write, loop, together[0]) if write.from_scratch else None
    if erases(schedule) and any(_now_and_then(write, kind) for kind in _RARE):
        return f"the LR is written by hand, and the next step of {name} erases it"
    return None


_RARE = (GuardKind.METRIC, GuardKind.OTHER)
_WARM_UP = re.compile(r"warm|start|first|begin|== ?[01]\b|<|\bNone\b", re.IGNORECASE)


def _now_and_then(write: Write, kind: GuardKind) -> bool:
    """Whether it runs in some epochs only, and not just in the first ones."""
    return any(guard.kind is kind for guard in write.guards) and not any(
        guard.kind in (GuardKind.BEFORE, GuardKind.AFTER, GuardKind.EXCEPTION)
        or (guard.kind is GuardKind.FLAG and guard.by_default is not True)
        or _WARM_UP.search(guard.text)
        for guard in write.guards
    )


def _is_training(loop: Loop) -> bool:
    return loop.kind in (LoopKind.EPOCH, LoopKind.BATCH)


def _once(schedule: Schedule, write: Write, sites: tuple[StepSite, ...]) -> str | None:
    """Between the constructor and the training."""
    base = schedule.base_lrs[0] if schedule.base_lrs else None
    if not erases(schedule) or not always(write.guards) or write.value is None or base is None:
        return None
    if write.order > min(site.order for site in sites) or not compare(write.value, base).differs:
        return None
    return (
        f"the LR is written by hand, but the first step of {schedule.scheduler} erases it: the"
        " schedule goes on from the optimizer's own LR"
    )


def _regularly(schedule: Schedule, write: Write, loop: Loop, site: StepSite) -> str | None:
    """In every iteration of a loop in which the scheduler steps, or of one inside of that."""
    unit = "epoch" if loop.kind is LoopKind.EPOCH else "batch"
    text = f"the LR is written by hand in every {unit}, while {schedule.scheduler} sets it, too: "
    optimizer = schedule.optimizer
    updates = [one.order for one in optimizer.sites if meet(one, write)] if optimizer else []
    if not updates:
        return None
    if site.loop is loop:
        survives = _comes_last(write.order, site.order, min(updates))
    else:
        survives = loop not in site.loops  # else the scheduler steps in a loop further in
    if survives:
        return text + f"the schedule of {schedule.scheduler} is never used"
    return text + _mixed(schedule)


def _comes_last(write: int, step: int, update: int) -> bool:
    """Whether, as a loop goes round, the optimizer finds what is written and not what is stepped.

    The arguments are positions in the loop's body.
    """
    if (write < update) == (step < update):
        return step < write
    return write < update


def _mixed(schedule: Schedule) -> str:
    if erases(schedule):
        return "its next step erases what is written"
    return f"each step of {schedule.scheduler} goes on from what is written"
