"""Where and how often ``step()`` is called: scripts as people write them, right and wrong.

The snippets of the rules LR101 to LR106 show the plain case. Here is what surrounds it in real
scripts, and what looks like a misuse and is none.
"""

from __future__ import annotations

import math
import re
from textwrap import dedent

import pytest

from lrlint.diagnostics import Diagnostic
from lrlint.linter.engine import lint_text

STEPPING = {"LR101", "LR102", "LR103", "LR104", "LR105", "LR106"}

IMPORTS = """\
import argparse
import torch
from torch import nn, optim
from torch.optim import SGD, lr_scheduler
from torch.optim.lr_scheduler import (
    CosineAnnealingLR, ExponentialLR, LambdaLR, LinearLR, MultiStepLR, OneCycleLR,
    ReduceLROnPlateau, StepLR,
)
from data import model, train_loader, val_loader
"""


def found(script: str) -> list[Diagnostic]:
    report = lint_text(IMPORTS + dedent(script), "script.py")
    assert report.problems == ()
    return [one for one in report.diagnostics if one.code in STEPPING]


WRONG = {
    "the batch loop of a helper, settings of argparse": (
        """
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, default=90)
        args = parser.parse_args()

        def train(loader, model, optimizer, scheduler, epoch):
            for i, (x, y) in enumerate(loader):
                model(x).backward()
                optimizer.step()
                scheduler.step()

        def main():
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, args.epochs)
            for epoch in range(args.epochs):
                train(train_loader, model, optimizer, scheduler, epoch)

        main()
        """,
        "error LR101",
    ),
    "a literal that equals the default number of epochs": (
        """
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, default=200)
        args = parser.parse_args()
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, T_max=200)
        for epoch in range(args.epochs):
            for x, y in train_loader:
                optimizer.step()
                scheduler.step()
        """,
        "warning LR101",
    ),
    "the transfer learning tutorial, with the call two levels too deep": (
        """
        def train_model(model, dataloaders, criterion, optimizer, scheduler, num_epochs=25):
            for epoch in range(num_epochs):
                for phase in ["train", "val"]:
                    for inputs, labels in dataloaders[phase]:
                        with torch.set_grad_enabled(phase == "train"):
                            loss = criterion(model(inputs), labels)
                            if phase == "train":
                                loss.backward()
                                optimizer.step()
                                scheduler.step()

        optimizer = SGD(model.parameters(), lr=0.001, momentum=0.9)
        scheduler = lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.1)
        train_model(model, loaders, nn.CrossEntropyLoss(), optimizer, scheduler, num_epochs=25)
        """,
        "warning LR101",
    ),
    "gradient accumulation and a GradScaler": (
        """
        def main(cfg):
            optimizer = SGD(model.parameters(), lr=cfg.lr)
            scheduler = CosineAnnealingLR(optimizer, T_max=cfg.num_epochs, eta_min=1e-5)
            scaler = torch.cuda.amp.GradScaler()
            for epoch in range(cfg.num_epochs):
                for step, batch in enumerate(train_loader):
                    scaler.scale(model(batch)).backward()
                    if (step + 1) % cfg.accumulate == 0:
                        scaler.step(optimizer)
                        scaler.update()
                        scheduler.step()
        """,
        "error LR101",
    ),
    "a trainer class that nobody builds": (
        """
        class Trainer:
            def __init__(self, model, loader, epochs):
                self.loader, self.epochs = loader, epochs
                self.optimizer = SGD(model.parameters(), lr=1e-3)
                milestones = [int(epochs * 0.5), int(epochs * 0.75)]
                self.scheduler = lr_scheduler.MultiStepLR(self.optimizer, milestones)

            def train_epoch(self):
                for x, y in self.loader:
                    self.optimizer.step()
                    self.scheduler.step()

            def fit(self):
                for epoch in range(self.epochs):
                    self.train_epoch()
        """,
        "error LR101",
    ),
    "milestones that suit the epochs": (
        """
        optimizer = SGD(model.parameters(), lr=1e-3)
        scheduler = MultiStepLR(optimizer, milestones=[30, 60, 80])
        for epoch in range(100):
            for x, y in train_loader:
                optimizer.step()
                scheduler.step()
        """,
        "warning LR101",
    ),
    "a decay that suits the epochs": (
        """
        optimizer = SGD(model.parameters(), lr=1e-3)
        scheduler = ExponentialLR(optimizer, gamma=0.9)
        for epoch in range(20):
            for x, y in train_loader:
                optimizer.step()
                scheduler.step()
        """,
        "warning LR101",
    ),
    "one cycle of epochs": (
        """
        def train(epochs):
            optimizer = SGD(model.parameters(), lr=1e-3)
            scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=epochs)
            for epoch in range(epochs):
                for x, y in train_loader:
                    optimizer.step()
                    scheduler.step()
        """,
        "error LR101",
    ),
    "a schedule of transformers": (
        """
        from transformers import get_cosine_schedule_with_warmup

        def train(train_dataloader, args):
            optimizer = optim.AdamW(model.parameters(), lr=1e-5)
            per_epoch = len(train_dataloader) // args.gradient_accumulation_steps
            total = per_epoch * args.num_train_epochs
            scheduler = get_cosine_schedule_with_warmup(optimizer, int(0.1 * total), total)
            for epoch in range(args.num_train_epochs):
                for batch in train_dataloader:
                    optimizer.step()
                scheduler.step()
        """,
        "error LR102",
    ),
    "batches as samples over the batch size": (
        """
        def train(dataset, args):
            loader = torch.utils.data.DataLoader(dataset, batch_size=args.batch_size)
            optimizer = SGD(model.parameters(), lr=1e-5)
            length = args.epochs * len(dataset) // args.batch_size
            scheduler = CosineAnnealingLR(optimizer, T_max=length)
            for epoch in range(args.epochs):
                for batch in loader:
                    optimizer.step()
                scheduler.step()
        """,
        "error LR102",
    ),
    "a trainer object that forgets its scheduler": (
        """
        class Trainer:
            def __init__(self, model):
                self.optimizer = SGD(model.parameters(), lr=0.1)
                self.scheduler = OneCycleLR(self.optimizer, max_lr=0.1, total_steps=1000)

            def run(self, loader):
                for epoch in range(10):
                    for x in loader:
                        self.optimizer.step()

        Trainer(model).run(train_loader)
        """,
        "error LR103",
    ),
    "the order of PyTorch 1.0, in a helper": (
        """
        def train(epoch):
            scheduler.step()
            for x in train_loader:
                optimizer.step()

        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = StepLR(optimizer, 30)
        for epoch in range(100):
            train(epoch)
        """,
        "error LR104",
    ),
    # aimagelab/meshed-memory-transformer, issue 71
    "at the start of the epoch and after every batch": (
        """
        def train(scheduler):
            scheduler.step()
            for x in train_loader:
                optimizer.step()
                scheduler.step()

        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda step: min((step + 1) ** -0.5, 1e-3 * step))
        for epoch in range(100):
            train(scheduler)
        """,
        "error LR105",
    ),
    "the loss of the validation for a cosine": (
        """
        def evaluate(loader):
            total = 0
            with torch.no_grad():
                for x, y in loader:
                    total += nn.functional.cross_entropy(model(x), y).item()
            return total / len(loader)

        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-4)
        for epoch in range(100):
            for x in train_loader:
                optimizer.step()
            val_loss = evaluate(val_loader)
            scheduler.step(val_loss)
        """,
        "error LR106",
    ),
}


@pytest.mark.parametrize(("script", "expected"), WRONG.values(), ids=WRONG)
def test_wrong(script: str, expected: str) -> None:
    assert [f"{one.severity.label} {one.code}" for one in found(script)] == [expected]


RIGHT = {
    "two optimizers of a GAN": """
        def train(epochs, generator, critic):
            opt_g, opt_d = SGD(generator.parameters(), lr=0.1), SGD(critic.parameters(), lr=0.1)
            sched_g = CosineAnnealingLR(opt_g, epochs)
            sched_d = CosineAnnealingLR(opt_d, epochs)
            for epoch in range(epochs):
                for i, x in enumerate(train_loader):
                    opt_d.step()
                    if i % 5 == 0:
                        opt_g.step()
                sched_g.step()
                sched_d.step()
        """,
    "a flag for the loop": """
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, default=10)
        parser.add_argument("--step-on", default="epoch", choices=["epoch", "batch"])
        args = parser.parse_args()
        optimizer = SGD(model.parameters(), lr=0.1)
        length = args.epochs if args.step_on == "epoch" else args.epochs * len(train_loader)
        scheduler = CosineAnnealingLR(optimizer, T_max=length)
        for epoch in range(args.epochs):
            for x in train_loader:
                optimizer.step()
                if args.step_on == "batch":
                    scheduler.step()
            if args.step_on == "epoch":
                scheduler.step()
        """,
    "each scheduler in its own loop, by its name": """
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, default=10)
        parser.add_argument("--sched", default="onecycle")
        args = parser.parse_args()
        optimizer = SGD(model.parameters(), lr=0.1)
        if args.sched == "onecycle":
            scheduler = OneCycleLR(
                optimizer, max_lr=0.1, epochs=args.epochs, steps_per_epoch=len(train_loader)
            )
        elif args.sched == "cosine":
            scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs, eta_min=1e-4)
        else:
            scheduler = ReduceLROnPlateau(optimizer)
        for epoch in range(args.epochs):
            for x in train_loader:
                optimizer.step()
                if args.sched == "onecycle":
                    scheduler.step()
            if args.sched == "cosine":
                scheduler.step()
            elif args.sched == "plateau":
                scheduler.step(val_loss)
        """,
    "each scheduler in its own loop, by its class": """
        def run(name, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            if name == "onecycle":
                total = epochs * len(train_loader)
                scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=total)
            else:
                scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            for epoch in range(epochs):
                for x in train_loader:
                    optimizer.step()
                    if isinstance(scheduler, OneCycleLR):
                        scheduler.step()
                if not isinstance(scheduler, OneCycleLR):
                    scheduler.step()
        """,
    "a training of iterations": """
        def run(max_iters):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=max_iters, eta_min=1e-4)
            step = 0
            while step < max_iters:
                for x in train_loader:
                    optimizer.step()
                    scheduler.step()
                    step += 1
                    if step >= max_iters:
                        break
        """,
    "epochs of so many steps": """
        def run(epochs, steps):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs * steps, eta_min=1e-4)
            for epoch in range(epochs):
                for i in range(steps):
                    optimizer.step()
                    scheduler.step()
        """,
    "one update per epoch": """
        def run(epochs, x):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            for epoch in range(epochs):
                model(x).backward()
                optimizer.step()
                scheduler.step()
        """,
    # pytorch/vision, issues 1261 and 8629
    "a warm-up of the first epoch under the same name": """
        def train_one_epoch(model, optimizer, data_loader, epoch):
            lr_scheduler = None
            if epoch == 0:
                warmup_iters = min(1000, len(data_loader) - 1)
                lr_scheduler = torch.optim.lr_scheduler.LinearLR(
                    optimizer, start_factor=0.001, total_iters=warmup_iters
                )
            for images, targets in data_loader:
                optimizer.step()
                if lr_scheduler is not None:
                    lr_scheduler.step()

        optimizer = SGD(model.parameters(), lr=0.1)
        lr_scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.1)
        for epoch in range(10):
            train_one_epoch(model, optimizer, train_loader, epoch)
            lr_scheduler.step()
        """,
    "the past replayed after a resume": """
        def run(start_epoch, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            for _ in range(start_epoch):
                scheduler.step()
            for epoch in range(start_epoch, epochs):
                for x in train_loader:
                    optimizer.step()
                scheduler.step()
        """,
    "in the batch loop, once per epoch": """
        def run(args):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs, eta_min=1e-4)
            global_step = 0
            for epoch in range(args.epochs):
                for x in train_loader:
                    optimizer.step()
                    global_step += 1
                    if global_step % args.steps_per_epoch == 0:
                        scheduler.step()
        """,
    "the range test of an LR finder": """
        def find_lr(model, loader):
            optimizer = SGD(model.parameters(), lr=1e-7)
            scheduler = ExponentialLR(optimizer, gamma=1.1)
            for x, y in loader:
                optimizer.step()
                scheduler.step()
        """,
    "a slow decay per batch": """
        optimizer = SGD(model.parameters(), lr=1e-3)
        scheduler = ExponentialLR(optimizer, gamma=0.9999)
        for epoch in range(20):
            for x, y in train_loader:
                optimizer.step()
                scheduler.step()
        """,
    "a step size of batches": """
        optimizer = SGD(model.parameters(), lr=1e-3)
        scheduler = StepLR(optimizer, step_size=10000, gamma=0.5)
        for epoch in range(200):
            for x, y in train_loader:
                optimizer.step()
                scheduler.step()
        """,
    "after a warm-up of epochs": """
        def run(args):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs - args.warmup, eta_min=1e-4)
            for epoch in range(args.epochs):
                for x in train_loader:
                    optimizer.step()
                if epoch >= args.warmup:
                    scheduler.step()
        """,
    "a helper that may be handed a scheduler, and is not": """
        def train_epoch(loader, optimizer, scheduler=None):
            for x in loader:
                optimizer.step()
                if scheduler is not None:
                    scheduler.step()

        def run(epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            for epoch in range(epochs):
                train_epoch(train_loader, optimizer)
                scheduler.step()
        """,
    "a project's own warm-up, which steps what it is handed": """
        class GradualWarmup(lr_scheduler._LRScheduler):
            def __init__(self, optimizer, total_epoch, after_scheduler=None):
                self.total_epoch, self.after_scheduler = total_epoch, after_scheduler
                super().__init__(optimizer)

        optimizer = SGD(model.parameters(), lr=0.1)
        cosine = CosineAnnealingLR(optimizer, T_max=200)
        scheduler = GradualWarmup(optimizer, total_epoch=5, after_scheduler=cosine)
        for epoch in range(205):
            for x in train_loader:
                optimizer.step()
            scheduler.step()
        """,
    "one way tried, and the other where it fails": """
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = StepLR(optimizer, step_size=30)
        for epoch in range(100):
            for x in train_loader:
                optimizer.step()
            try:
                scheduler.step(metrics=loss)
            except TypeError:
                scheduler.step()
        """,
    "a warm-up from 0, stepped before its first use": """
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda step: min(1.0, step / 1000))
        for epoch in range(100):
            for x in train_loader:
                scheduler.step()
                optimizer.step()
        """,
    "Lightning": """
        import pytorch_lightning as pl

        class Module(pl.LightningModule):
            def configure_optimizers(self):
                optimizer = SGD(self.parameters(), lr=1e-3)
                return [optimizer], [CosineAnnealingLR(optimizer, T_max=self.trainer.max_epochs)]
        """,
}


@pytest.mark.parametrize("script", RIGHT.values(), ids=RIGHT)
def test_right(script: str) -> None:
    assert found(script) == []


# -- the numbers in the messages


def trained(scheduler: str, *, epochs: int, batches: int, per_batch: bool) -> list[float]:
    """The LR that torch uses at each optimizer step."""
    torch = pytest.importorskip("torch")
    from torch.optim import lr_scheduler as schedulers

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    names = {**vars(schedulers), "optimizer": optimizer, "EPOCHS": epochs, "loader": range(batches)}
    built = eval(scheduler, names)
    used = []
    for _ in range(epochs):
        for _ in range(batches):
            used.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_batch:
                built.step()
        if not per_batch:
            built.step()
    return used


def message(scheduler: str, *, epochs: int, batches: int, per_batch: bool) -> str:
    step = {True: "        scheduler.step()\n", False: "    scheduler.step()\n"}[per_batch]
    script = (
        "import torch\n"
        f"from torch.optim.lr_scheduler import *\n\nEPOCHS = {epochs}\n"
        f"data = torch.utils.data.TensorDataset(torch.zeros({batches}, 1))\n"
        "loader = torch.utils.data.DataLoader(data, batch_size=1)\n"
        "optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)\n"
        f"scheduler = {scheduler}\n"
        "for epoch in range(EPOCHS):\n    for (x,) in loader:\n        optimizer.step()\n" + step
    )
    (one,) = (one for one in lint_text(script).diagnostics if one.code in STEPPING)
    return one.message


def numbers(text: str, pattern: str) -> tuple[float, ...]:
    found = re.search(pattern, text)
    assert found, f"{pattern!r} is not in {text!r}"
    return tuple(float(number) for number in found.groups())


def test_the_cosine_makes_as_many_cycles_as_the_message_says() -> None:
    choices = {"epochs": 10, "batches": 24, "per_batch": True}
    scheduler = "CosineAnnealingLR(optimizer, T_max=EPOCHS, eta_min=0.001)"
    low, length, steps, cycles = numbers(
        message(scheduler, **choices),
        r"anneals to (\S+) within the first (\d+) of (\d+) steps, then makes (\S+) more cycles?",
    )
    used = trained(scheduler, **choices)
    assert min(used) == pytest.approx(low)
    assert used.index(min(used)) == length
    assert len(used) == steps
    assert cycles == (steps - length) / (2 * length)
    assert sum(lr == pytest.approx(0.1) for lr in [*used[1:], 0.1]) == math.ceil(cycles)


def test_the_cosine_gets_as_far_as_the_message_says() -> None:
    choices = {"epochs": 10, "batches": 24, "per_batch": False}
    scheduler = "CosineAnnealingLR(optimizer, T_max=EPOCHS * len(loader), eta_min=0.001)"
    steps, length, first, last = numbers(
        message(scheduler, **choices), r"(\d+) of (\d+) steps and the LR goes from (\S+) to (\S+)$"
    )
    used = trained(scheduler, **choices)
    assert (steps, length) == (10, 240)
    assert (used[0], used[-1]) == (pytest.approx(first), pytest.approx(last, rel=1e-2))


@pytest.mark.parametrize(
    "scheduler", ["StepLR(optimizer, step_size=10)", "ExponentialLR(optimizer, gamma=0.8)"]
)
def test_the_decay_is_over_when_the_message_says(scheduler: str) -> None:
    choices = {"epochs": 40, "batches": 16, "per_batch": True}
    (after,) = numbers(message(scheduler, **choices), r"a millionth of its start after (\d+)")
    used = trained(scheduler, **choices)
    assert used[int(after)] <= 0.1e-6 * (1 + 1e-9) < used[int(after) - 1]
