"""What LR201 … LR409 must say of real-looking scripts, and where they must hold their tongue.

Each quiet script looks like a mistake and is none: REAL_CODE's list, and every false alarm met.
"""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text

MINE = {"LR201", "LR202", "LR203", "LR206", "LR207", "LR301", "LR302", "LR401", "LR405", "LR409"}
IMPORTS = """
import argparse, math, itertools
import torch
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import *
"""


def codes(script: str, filename: str = "script.py") -> list[str]:
    report = lint_text(IMPORTS + dedent(script), filename)
    assert report.problems == ()
    return [found.code for found in report.diagnostics if found.code in MINE]


QUIET = {
    "resumed at start_epoch": """
        def main(args, model):
            optimizer = SGD(model.parameters(), args.lr)
            scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs, eta_min=1e-5)
            if args.resume:
                checkpoint = torch.load(args.resume)
                args.start_epoch = checkpoint["epoch"]
                scheduler.load_state_dict(checkpoint["scheduler"])
            for epoch in range(args.start_epoch, args.epochs):
                train(model, optimizer)
                scheduler.step()
        """,
    "resumed by another name": """
        def main(opt, model):
            optimizer = Adam(model.parameters(), lr=opt.lr)
            scheduler = CosineAnnealingLR(optimizer, opt.n_epochs, eta_min=1e-6)
            for epoch in range(opt.epoch, opt.n_epochs):
                train(model, optimizer)
                scheduler.step()
        """,
    "a cosine of one's own that is meant to end on its way down": """
        def main(model, loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.03)
            total = epochs * len(loader)
            def law(step, cycles=7 / 16):
                progress = float(step) / float(max(1, total))
                return max(0.0, math.cos(math.pi * cycles * progress))
            scheduler = LambdaLR(optimizer, law)
            for epoch in range(epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                    scheduler.step()
        """,
    "a quarter of a wave": """
        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.03)
            scheduler = LambdaLR(optimizer, lambda t: math.cos(math.pi * t / (2 * epochs)))
            for epoch in range(epochs):
                train(model, optimizer)
                scheduler.step()
        """,
    "as many waves as one asks for": """
        def main(model, epochs, cycles=3):
            optimizer = SGD(model.parameters(), lr=0.03)
            wave = lambda t: 0.5 * (1 + math.cos(2 * math.pi * cycles * t / epochs))
            scheduler = LambdaLR(optimizer, wave)
            for epoch in range(epochs):
                train(model, optimizer)
                scheduler.step()
        """,
    "another one takes over on the way": """
        def main(model, epochs=20, anneal=1):
            optimizer = SGD(model.parameters(), lr=0.03)
            scheduler = CosineAnnealingLR(optimizer, epochs, eta_min=1e-5)
            for epoch in range(epochs):
                if epoch == anneal:
                    optimizer = SGD(model.parameters(), lr=0.03)
                    scheduler = CosineAnnealingLR(optimizer, epochs - anneal, eta_min=1e-5)
                train(model, optimizer)
                scheduler.step()
        """,
    "two more take over, one where the loss stays": """
        class Trainer:
            def fit(self, model, epochs=20):
                self.optimizer = SGD(model.parameters(), lr=0.03)
                self.scheduler = CosineAnnealingLR(self.optimizer, epochs, eta_min=1e-5)
                for epoch in range(epochs):
                    loss = train(model, self.optimizer)
                    self.scheduler.step()
                    if epoch % 7 == 6:
                        self.scheduler = CosineAnnealingLR(self.optimizer, 3, eta_min=1e-5)
                    if loss.item() > 2.0:
                        self.scheduler = CosineAnnealingLR(self.optimizer, 9, eta_min=1e-5)
        """,
    "step(epoch) in a loop over the epochs": """
        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.03)
            scheduler = CosineAnnealingLR(optimizer, epochs, eta_min=1e-5)
            for epoch in range(1, epochs + 1):
                scheduler.step(epoch)
                train(model, optimizer)
        """,
    "step(epoch) that skips": """
        def main(model):
            optimizer = SGD(model.parameters(), lr=0.03)
            scheduler = CosineAnnealingLR(optimizer, 100, eta_min=1e-5)
            for epoch in range(20):
                train(model, optimizer)
                scheduler.step(5 * epoch)
        """,
    "step(epoch) in every batch": """
        def main(model, loader):
            optimizer = SGD(model.parameters(), lr=0.03)
            scheduler = CosineAnnealingLR(optimizer, 20, eta_min=1e-5)
            for epoch in range(20):
                for i, x in enumerate(loader):
                    train(model, optimizer, x)
                    scheduler.step(epoch)
        """,
    "a float of a whole number": """
        def main(model, loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = OneCycleLR(
                optimizer, 0.1, epochs=epochs, steps_per_epoch=len(loader), pct_start=float(0)
            )
            for epoch in range(epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                    scheduler.step()
        """,
    "the counter is set by hand": """
        def main(model, loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=len(loader), eta_min=1e-4)
            for epoch in range(epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                    scheduler.step()
                scheduler.last_epoch = -1
        """,
    "the average takes over": """
        from torch.optim.swa_utils import SWALR
        def main(model, loader):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-4)
            swa_scheduler = SWALR(optimizer, swa_lr=0.05)
            for epoch in range(100):
                train(model, loader, optimizer)
                if epoch > 75:
                    swa_scheduler.step()
                else:
                    scheduler.step()
        """,
    "a warm-up by SequentialLR, whose length is 0 by default": """
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", default=90, type=int)
        parser.add_argument("--warmup", default=0, type=int)
        args = parser.parse_args()
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs - args.warmup, eta_min=1e-4)
        if args.warmup > 0:
            warmup = LinearLR(optimizer, start_factor=0.01, total_iters=args.warmup)
            scheduler = SequentialLR(optimizer, [warmup, scheduler], milestones=[args.warmup])
        for epoch in range(args.epochs):
            train(model, optimizer)
            scheduler.step()
        """,
    "updates rounded up in one place and down in another": """
        def main(model, loader, args):
            optimizer = Adam(model.parameters())
            updates = args.epochs * math.ceil(len(loader) / args.k)
            scheduler = CosineAnnealingLR(optimizer, T_max=updates, eta_min=1e-6)
            for epoch in range(args.epochs):
                for step, batch in enumerate(loader):
                    model(batch).backward()
                    if step % args.k == 0 or step == len(loader) - 1:
                        optimizer.step()
                        scheduler.step()
        """,
    "a fold for each optimizer": """
        for fold in range(5):
            optimizer = Adam(model.parameters(), lr=1e-4)
            scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=6, eta_min=1e-6)
            for epoch in range(6):
                train(model, optimizer)
                scheduler.step()
        """,
    "a wrapper around the optimizer": """
        def main(model, loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            optimizer = LARS(optimizer, trust_coefficient=0.001)
            for epoch in range(epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                scheduler.step()
        class LARS(torch.optim.Optimizer):
            pass
        """,
    "unfrozen with a scheduler of its own": """
        def main(model, loader, epochs, unfreeze):
            optimizer = SGD(model.head.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
            for epoch in range(epochs):
                if epoch == unfreeze:
                    optimizer = SGD(model.parameters(), lr=0.01)
                    scheduler = CosineAnnealingLR(optimizer, epochs - unfreeze, eta_min=1e-5)
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                scheduler.step()
        """,
    "stepped every fifth epoch": """
        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs // 5, eta_min=1e-4)
            for epoch in range(epochs):
                train(model, optimizer)
                if (epoch + 1) % 5 == 0:
                    scheduler.step()
        """,
    "a hand-written cosine that fits, behind a warm-up": """
        def main(model, loader, epochs, warmup):
            optimizer = SGD(model.parameters(), lr=0.1)
            total = epochs * len(loader)
            def factor(step):
                if step < warmup:
                    return step / warmup
                progress = (step - warmup) / (total - warmup)
                return 0.5 * (1 + math.cos(math.pi * progress))
            scheduler = LambdaLR(optimizer, factor)
            for epoch in range(epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                    scheduler.step()
        """,
    "a hand-written cosine that holds its end": """
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(math.pi * min(t / 50, 1))))
        for epoch in range(100):
            train(model, optimizer)
            scheduler.step()
        """,
    "a random split into shares": """
        from torch.utils.data import DataLoader, random_split
        data, rest = random_split(dataset, [0.9, 0.1])
        loader = DataLoader(data, batch_size=8)
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, T_max=500, eta_min=1e-4)
        for x in loader:
            model(x).backward()
            optimizer.step()
            scheduler.step()
        """,
}


@pytest.mark.parametrize("script", QUIET.values(), ids=QUIET)
def test_quiet(script: str) -> None:
    assert codes(script) == []


EXERCISES = {
    "a few steps in a test": """
        def test_cosine():
            optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            scheduler = CosineAnnealingLR(optimizer, T_max=50)
            for _ in range(10):
                optimizer.step()
                scheduler.step()
        """,
    "two schedulers compared": """
        def test_same():
            one = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            two = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            a, b = CosineAnnealingLR(one, T_max=5), CosineAnnealingLR(two, T_max=5)
            for epoch in range(20):
                one.step(), two.step(), a.step(), b.step()
                assert a.get_last_lr() == b.get_last_lr()
        """,
    "a curve that is plotted": """
        def plot():
            optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            scheduler = OneCycleLR(optimizer, 0.1, total_steps=200)
            lrs = []
            for epoch in range(100):
                lrs.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                scheduler.step()
        """,
}


@pytest.mark.parametrize("script", EXERCISES.values(), ids=EXERCISES)
def test_exercises_are_no_trainings(script: str) -> None:
    assert codes(script) == []


def test_an_early_stop_may_spare_a_cosine_that_is_too_short() -> None:
    report = lint_text(
        IMPORTS
        + dedent(
            """
            def main(model, val, patience):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)
                best, bad = 1e9, 0
                for epoch in range(100):
                    train(model, optimizer)
                    scheduler.step()
                    loss = val(model)
                    if loss < best:
                        best, bad = loss, 0
                    else:
                        bad += 1
                    if bad >= patience:
                        break
            """
        )
    )
    (found,) = report.diagnostics
    assert (found.code, found.severity.label) == ("LR201", "warning")
    assert "if the training does not stop early" in found.message


LOUD = {
    "a number of steps, the loader without an end": (
        """
        def main(model, loader):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=1000, eta_min=1e-4)
            for step, x in enumerate(itertools.cycle(loader)):
                if step >= 2000:
                    break
                model(x).backward()
                optimizer.step()
                scheduler.step()
        """,
        ["LR201"],
    ),
    "one epoch's cosine, never reset": (
        """
        def main(model, loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=len(loader), eta_min=1e-4)
            for epoch in range(epochs):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                    scheduler.step()
        """,
        ["LR201"],
    ),
    "half the epochs": (
        """
        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=epochs // 2, eta_min=1e-4)
            for epoch in range(epochs):
                train(model, optimizer)
                scheduler.step()
        """,
        ["LR201"],
    ),
    "accumulation that nobody asked for yet": (
        """
        def main(model, loader, epochs=10, k=1):
            optimizer = Adam(model.parameters())
            scheduler = OneCycleLR(optimizer, 1e-2, total_steps=epochs * len(loader))
            for epoch in range(epochs):
                for i, x in enumerate(loader):
                    model(x).backward()
                    if (i + 1) % k == 0:
                        optimizer.step()
                        scheduler.step()
        """,
        ["LR206"],
    ),
    "the LR for the step size": (
        """
        def main(model, lr, epochs):
            optimizer = SGD(model.parameters(), lr=lr)
            scheduler = StepLR(optimizer, lr)
            for epoch in range(epochs):
                train(model, optimizer)
                scheduler.step()
        """,
        ["LR207"],
    ),
    "a cosine of one's own": (
        """
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(t * math.pi / 50)))
        for epoch in range(100):
            train(model, optimizer)
            scheduler.step()
        """,
        ["LR201"],
    ),
    "a cosine of one's own, the wave by a name and a factor that is 1": (
        """
        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            def law(epoch):
                wave = math.cos(math.pi * 0.5 * 2.0 * float(epoch) / (2 * epochs))
                return 0.5 * (1 + wave)
            scheduler = LambdaLR(optimizer, law)
            for epoch in range(epochs):
                train(model, optimizer)
                scheduler.step()
        """,
        ["LR201"],
    ),
    "step(epoch) on a cosine without end": (
        """
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, int(1e10), eta_min=1e-5)
        for i in range(15):
            scheduler.step(i)
            train(model, optimizer)
        """,
        ["LR201"],
    ),
}


@pytest.mark.parametrize(("script", "expected"), LOUD.values(), ids=LOUD)
def test_loud(script: str, expected: list[str]) -> None:
    assert codes(script) == expected
