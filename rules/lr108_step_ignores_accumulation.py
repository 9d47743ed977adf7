"""LR108 step-ignores-accumulation."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint import wording
from lrlint.diagnostics import Severity
from lrlint.facts import Schedule
from lrlint.fix import Destination, MoveStatement
from lrlint.formulas import LAWS, PastHorizon
from lrlint.judgement_exclusions import EXERCISE, OPEN_ARGUMENTS, PLAIN_STEPS, STEPPED_TWICE
from lrlint.length import EveryMicroBatch, steps_every_micro_batch
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, unsafe


class StepIgnoresAccumulation(Rule):
    """Gradients are accumulated, but the scheduler steps for every micro-batch.

    ## What it does

    Reports `scheduler.step()` that runs for every micro-batch where the optimizer steps for every
    k-th of them only, and the horizon counts steps of the optimizer.

    ## Why is this bad

    The schedule runs k times as fast as it is meant to. With 4 micro-batches per update, a cosine
    over all updates is at its minimum after a quarter of the training, and then climbs back.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader) // 4)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            (loss(model(x), y) / 4).backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
            scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader) // 4)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            (loss(model(x), y) / 4).backward()
            if (i + 1) % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()
    ```

    ## References

    - [accelerate #963](https://github.com/huggingface/accelerate/issues/963): schedulers and
      gradient accumulation
    """

    code, name, severity = "LR108", "step-ignores-accumulation", Severity.ERROR
    exclusions = (OPEN_ARGUMENTS, STEPPED_TWICE, *PLAIN_STEPS, EXERCISE)

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def train(model, train_loader, epochs, accumulate):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max={length}, eta_min=1e-3)
            for epoch in range(epochs):
                for i, (x, y) in enumerate(train_loader):
                    model(x, y).backward()
                    if (i + 1) % {every} == 0:
                        optimizer.step()
                        optimizer.zero_grad()
                    scheduler.step()
        """
    FIXED = SCRIPT.replace(
        """
                        optimizer.step()
                        optimizer.zero_grad()
                    scheduler.step()
""",
        """
                        optimizer.step()
                        scheduler.step()
                        optimizer.zero_grad()
""",
    )
    VALID = (
        # The horizon counts micro-batches, as the steps do.
        SCRIPT.format(length="epochs * len(train_loader)", every="4"),
        FIXED.format(length="epochs * (len(train_loader) // 4)", every="4"),
        SCRIPT.format(length="100", every="4"),
    )
    INVALID = (
        Invalid(
            SCRIPT.format(length="epochs * (len(train_loader) // 4)", every="4"),
            row=13,
            fixed=FIXED.format(length="epochs * (len(train_loader) // 4)", every="4"),
            says=("every 4 micro-batches", "4 times as fast"),
        ),
        Invalid(
            SCRIPT.format(length="epochs * len(train_loader) // accumulate", every="accumulate"),
            row=13,
            fixed=FIXED.format(
                length="epochs * len(train_loader) // accumulate", every="accumulate"
            ),
            says=("every accumulate micro-batches",),
        ),
        Invalid(
            """
            import torch
            from torch.optim.lr_scheduler import OneCycleLR
            from torch.utils.data import DataLoader, TensorDataset

            loader = DataLoader(TensorDataset(torch.zeros(800, 3)), batch_size=10)
            model = torch.nn.Linear(3, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=10 * 80 // 8)
            for epoch in range(10):
                for i, (x,) in enumerate(loader):
                    model(x).sum().backward()
                    if (i + 1) % 8 == 0:
                        optimizer.step()
                        optimizer.zero_grad()
                    scheduler.step()
            """,
            row=15,
            fixed="""
            import torch
            from torch.optim.lr_scheduler import OneCycleLR
            from torch.utils.data import DataLoader, TensorDataset

            loader = DataLoader(TensorDataset(torch.zeros(800, 3)), batch_size=10)
            model = torch.nn.Linear(3, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=10 * 80 // 8)
            for epoch in range(10):
                for i, (x,) in enumerate(loader):
                    model(x).sum().backward()
                    if (i + 1) % 8 == 0:
                        optimizer.step()
                        scheduler.step()
                        optimizer.zero_grad()
            """,
            says=("8 times as fast", "ValueError"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        found = steps_every_micro_batch(schedule)
        if found is None or schedule.parent is not None:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        yield self.finding(
            found.site.place,
            f"step() runs for every micro-batch, but the optimizer steps once every"
            f" {wording.quantity(found.every)} micro-batches, which"
            f" {_horizon(schedule)} counts: {_consequence(schedule, found)}",
            severity=Severity.WARNING if found.every.value == 1 else Severity.ERROR,
            notes=(
                ("scheduler built here", schedule.place),
                ("accumulated here", found.guard.place),
            ),
            fix=_fix(schedule, found),
        )


def _horizon(schedule: Schedule) -> str:
    return "the horizon" if schedule.horizon is None else schedule.horizon.parameter


def _consequence(schedule: Schedule, found: EveryMicroBatch) -> str:
    every = found.every.value
    text = f"the schedule runs {wording.amount(found.every)} times as fast as it should"
    if every == 1:
        return f"{text}, as soon as that is more than 1"
    law = LAWS.get(schedule.scheduler)
    if law is not None and law.past_horizon is PastHorizon.RAISES:
        return f"{text}, and then raises ValueError"
    return text


def _fix(schedule: Schedule, found: EveryMicroBatch) -> Proposal | None:
    """Move the call behind the optimizer's, under the same condition."""
    updates = () if schedule.optimizer is None else schedule.optimizer.sites
    if len(updates) != 1 or len(schedule.sites) != 1:
        return None
    return unsafe(
        "Step with the optimizer",
        (found.site.place, MoveStatement(updates[0].place, Destination.AFTER_OPTIMIZER_STEP)),
    )
