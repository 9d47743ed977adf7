"""LR101 step-in-batch-loop."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import GuardKind, LoopKind, Schedule, StepSite
from lrlint.fix import Destination, MoveStatement
from lrlint.formulas import LAWS, PastHorizon
from lrlint.judgement import wording
from lrlint.judgement.units import (
    WITH_DEFAULTS,
    Mismatch,
    TooFast,
    decays_too_fast,
    stepped_per_batch_with_epoch_horizon,
)
from lrlint.rule import Finding, Invalid, Proposal, Rule, unsafe


class StepInBatchLoop(Rule):
    """The scheduler is stepped after every batch, but its horizon counts epochs.

    ## What it does

    Reports `scheduler.step()` in the batch loop where the argument that says how long the schedule
    is (`T_max`, `step_size`, `milestones`, `total_iters`…) counts epochs: it equals the number of
    epochs, or is computed from it.

    Also reported, as a warning: plain numbers that suit the epochs and make no sense per batch,
    such as `StepLR(step_size=30)` or `ExponentialLR(gamma=0.9)` in a training of 90 epochs, where
    the LR would vanish long before the end.

    ## Why is this bad

    A scheduler counts its own `step()` calls and knows neither epochs nor batches. With 391 batches
    in an epoch, a cosine with `T_max=100` is at its minimum after a quarter of the first epoch,
    climbs back, and swings like that 195 times in 100 epochs; a `StepLR` has divided the LR by more
    than a million before the second epoch begins. torch says nothing.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
            scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for x, y in train_loader:
            train(x, y)
            optimizer.step()
        scheduler.step()
    ```

    Or keep the call where it is, for a smoother curve, and count batches:
    `T_max=epochs * len(train_loader)`.

    ## References

    - [torch.optim: how to adjust the learning rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
    - The same mistake in public: [SRGAN-PyTorch #1](https://github.com/Lornatang/SRGAN-PyTorch/issues/1),
      [stgcn #18](https://github.com/hazdzz/stgcn/issues/18)
    """

    code, name, severity = "LR101", "step-in-batch-loop", Severity.ERROR

    VALID = (
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader), eta_min=1e-3)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step()
        """,
        # Milestones of batches, and nothing that says how many batches there are.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import MultiStepLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = MultiStepLR(optimizer, milestones=[20000, 30000])
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step()
        """,
        # `step(epoch)` sets the position itself.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=epochs, eta_min=1e-3)
            for epoch in range(epochs):
                for i, (x, y) in enumerate(train_loader):
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step(epoch + i / len(train_loader))
        """,
        # Once per epoch, though inside of the batch loop.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)
            for epoch in range(epochs):
                for i, (x, y) in enumerate(train_loader):
                    model(x, y).backward()
                    optimizer.step()
                    if i + 1 == len(train_loader):
                        scheduler.step()
        """,
        # As many batches as there are in half of the training.
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def train(model, train_loader, args):
            epochs = args.iterations // len(train_loader)
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, step_size=args.iterations // 2, gamma=0.1)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step()
        """,
    )
    INVALID = (
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import CosineAnnealingLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)
                for epoch in range(100):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
            """,
            row=11,
            fixed="""
            from torch.optim import SGD
            from torch.optim.lr_scheduler import CosineAnnealingLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-3)
                for epoch in range(100):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    scheduler.step()
            """,
            says=("T_max=100 epochs", "per batch", "0.001 in the first 100 batches"),
        ),
        Invalid(
            """
            import torch
            from torch.optim.lr_scheduler import StepLR
            from torch.utils.data import DataLoader, TensorDataset

            epochs = 90
            loader = DataLoader(TensorDataset(torch.zeros(50000, 3)), batch_size=100)
            model = torch.nn.Linear(3, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, step_size=epochs // 3)

            def train_epoch():
                for x, in loader:
                    model(x).sum().backward()
                    optimizer.step()
                    scheduler.step()

            for epoch in range(epochs):
                train_epoch()
            """,
            row=15,
            says=("step_size=30 epochs", "every 0.06 epochs"),
        ),
        # Nothing but numbers, which suit 50 epochs.
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import StepLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=10, gamma=0.1)
                for epoch in range(50):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
            """,
            row=11,
            fixed="""
            from torch.optim import SGD
            from torch.optim.lr_scheduler import StepLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=10, gamma=0.1)
                for epoch in range(50):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    scheduler.step()
            """,
            says=("step_size=10 suits 50 epochs", "a millionth", "after 60 batches"),
        ),
        # A cosine of one's own.
        Invalid(
            """
            import math
            from torch.optim import SGD
            from torch.optim.lr_scheduler import LambdaLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = LambdaLR(optimizer, lambda e: 0.5 * (1 + math.cos(math.pi * e / 90)))
                for epoch in range(90):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
            """,
            row=12,
            fixed="""
            import math
            from torch.optim import SGD
            from torch.optim.lr_scheduler import LambdaLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = LambdaLR(optimizer, lambda e: 0.5 * (1 + math.cos(math.pi * e / 90)))
                for epoch in range(90):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    scheduler.step()
            """,
            says=("the cosine of lr_lambda is 90 epochs long, but step() runs per batch",),
        ),
        # Too early in either unit, but least of all once per epoch.
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import StepLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=10, gamma=0.95)
                for epoch in range(10_000):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
            """,
            row=11,
            fixed="""
            from torch.optim import SGD
            from torch.optim.lr_scheduler import StepLR

            def train(model, train_loader):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=10, gamma=0.95)
                for epoch in range(10_000):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    scheduler.step()
            """,
            says=("step_size=10 is small for 10000 epochs", "a millionth", "after 2700 batches"),
        ),
        # A share of the epochs, which are themselves a share of the batches.
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import StepLR

            def train(model, train_loader, args):
                epochs = int(args.iterations // len(train_loader))
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=epochs // 2, gamma=0.1)
                for epoch in range(args.start_epoch, epochs):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
            """,
            row=12,
            fixed="""
            from torch.optim import SGD
            from torch.optim.lr_scheduler import StepLR

            def train(model, train_loader, args):
                epochs = int(args.iterations // len(train_loader))
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = StepLR(optimizer, step_size=epochs // 2, gamma=0.1)
                for epoch in range(args.start_epoch, epochs):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    scheduler.step()
            """,
            says=("step_size", "epochs"),
        ),
        # The parts of a warm-up and cosine, stepped as one.
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

            def train(model, train_loader, epochs, warmup_epochs):
                optimizer = SGD(model.parameters(), lr=0.1)
                warmup = LinearLR(optimizer, start_factor=0.1, total_iters=warmup_epochs)
                cosine = CosineAnnealingLR(optimizer, T_max=epochs - warmup_epochs, eta_min=1e-3)
                scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[warmup_epochs])
                for epoch in range(epochs):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
                    print(epoch)
            """,
            row=13,
            fixed="""
            from torch.optim import SGD
            from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

            def train(model, train_loader, epochs, warmup_epochs):
                optimizer = SGD(model.parameters(), lr=0.1)
                warmup = LinearLR(optimizer, start_factor=0.1, total_iters=warmup_epochs)
                cosine = CosineAnnealingLR(optimizer, T_max=epochs - warmup_epochs, eta_min=1e-3)
                scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[warmup_epochs])
                for epoch in range(epochs):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                    print(epoch)
                    scheduler.step()
            """,
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        if schedule.parent is not None:
            return  # judged with the schedule that it is a part of
        found = stepped_per_batch_with_epoch_horizon(schedule)
        if found is not None:
            yield self._in_other_unit(schedule, found)
        elif (fast := decays_too_fast(schedule)) is not None:
            yield self._too_fast(schedule, fast)

    def _in_other_unit(self, schedule: Schedule, found: Mismatch) -> Finding:
        horizon = found.evidence.horizon
        defaults = " (with the defaults)" if found.evidence.rests_on == WITH_DEFAULTS else ""
        return self.finding(
            found.site.place,
            f"{wording.horizon(horizon, 'epochs')}, but step() runs per batch{_batches(schedule)}:"
            f" {_consequence(schedule, found)}{defaults}",
            severity=Severity.ERROR if found.certain else Severity.WARNING,
            notes=(
                (f"{horizon.parameter} set here", horizon.place),
                ("scheduler built here", found.evidence.schedule.place),
                ("the batch loop", None if found.site.loop is None else found.site.loop.place),
            ),
            fix=_fix(schedule, found.site),
        )

    def _too_fast(self, schedule: Schedule, fast: TooFast) -> Finding:
        assert schedule.epochs is not None
        outcome = "the LR is below a millionth of its start" if fast.vanishes else "it is passed"
        epochs = f"{wording.amount(schedule.epochs)} epochs"
        fits = f"suits {epochs}, but" if fast.suits_epochs else f"is small for {epochs}, and"
        return self.finding(
            fast.site.place,
            f"{fast.horizon} {fits} step() runs per batch{_batches(schedule)}: {outcome} after"
            f" {fast.over_after} batches",
            severity=Severity.WARNING,
            notes=(
                ("scheduler built here", schedule.place),
                ("the batch loop", None if fast.site.loop is None else fast.site.loop.place),
            ),
            fix=_fix(schedule, fast.site),
        )


def _batches(schedule: Schedule) -> str:
    trips = None if schedule.batch_loop is None else schedule.batch_loop.trips
    return "" if trips is None or trips.value is None else f" ({wording.quantity(trips)})"


def _consequence(schedule: Schedule, found: Mismatch) -> str:
    """What becomes of the LR, in numbers where they are known."""
    one, length = found.evidence.schedule, found.evidence.horizon.length
    assert length is not None
    one_step, steps = ("optimizer step", "optimizer steps")
    if not found.site.accumulation:
        one_step, steps = ("batch", "batches")
    span = one_step if length.value == 1 else f"{wording.amount(length)} {steps}"
    count, epochs = found.site.count, schedule.epochs
    swings = "then swings up and down"
    if count is not None and count.value and length.value:
        swings = f"swings {wording.times(count.value / (2 * length.value))}"
        if epochs is not None and epochs.value:
            span = f"{length.value * epochs.value / count.value:.2g} epochs"
    law = LAWS.get(one.scheduler)
    match None if law is None else law.past_horizon:
        case PastHorizon.RISES:
            return f"the LR anneals to {_minimum(one)} in the first {span} and {swings}"
        case PastHorizon.RESTARTS:
            return f"the LR restarts every {span}"
        case PastHorizon.RAISES:
            return f"step() raises ValueError after {span}"
        case PastHorizon.PERIODIC:
            return f"the LR changes every {span}"
    return f"the schedule is over after the first {span}"


def _minimum(schedule: Schedule) -> str:
    eta_min = schedule.number("eta_min")
    if eta_min is None:
        return "its minimum" if "eta_min" in schedule.arguments else "0"
    return wording.amount(eta_min)


def _fix(schedule: Schedule, site: StepSite) -> Proposal | None:
    """Move the call to the end of the epoch, where no condition would be left behind."""
    loop = next((one for one in reversed(site.loops) if one.kind is LoopKind.EPOCH), None)
    if loop is None or len(schedule.sites) != 1:
        return None
    if any(guard.kind is not GuardKind.EVERY_K for guard in site.guards):
        return None
    return unsafe(
        "Step once per epoch",
        (site.place, MoveStatement(loop.place, Destination.END_OF_BODY)),
    )
