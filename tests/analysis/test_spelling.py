"""A quantity is written in names that have a value at its place, or not at all."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.analysis import analyse
from lrlint.source import load

CASES = {
    "the same name": (
        """
        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, 30)
            for epoch in range(epochs):
                scheduler.step()
        """,
        "epochs",
    ),
    "a field, by the name of the object here": (
        """
        from dataclasses import dataclass

        @dataclass
        class Config:
            epochs: int = 90

        def build(optimizer, settings):
            print(settings.epochs)
            return StepLR(optimizer, 30)

        def main(cfg):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = build(optimizer, cfg)
            for epoch in range(cfg.epochs):
                scheduler.step()

        main(Config())
        """,
        "settings.epochs",
    ),
    "a name that the function does not know": (
        """
        def build(optimizer):
            return StepLR(optimizer, 30)

        def main(model, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = build(optimizer)
            for epoch in range(epochs):
                scheduler.step()
        """,
        None,
    ),
    "a name that has a value only where the file is run": (
        """
        def build(optimizer):
            return StepLR(optimizer, 30)

        if __name__ == "__main__":
            rounds = 40
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = build(optimizer)
            for epoch in range(rounds * len(shards)):
                scheduler.step()
        """,
        None,
    ),
    "a name of the file's run that the function reads": (
        """
        def fit(model):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, 30)
            for epoch in range(rounds):
                scheduler.step()

        if __name__ == "__main__":
            rounds = 40
            fit(model)
        """,
        "rounds",
    ),
    "a name that has no value yet": (
        """
        def main(model, settings):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, 30)
            loader = settings.make_loader()
            for x in loader:
                scheduler.step()
        """,
        None,
    ),
    "an attribute that is set further down": (
        """
        class Trainer:
            def __init__(self, model):
                self.optimizer = SGD(model.parameters(), lr=0.1)
                self.scheduler = StepLR(self.optimizer, 30)
                self.epochs = 90

            def fit(self):
                for epoch in range(self.epochs):
                    self.scheduler.step()
        """,
        None,
    ),
    "rounded up": (
        """
        import math

        def main(model, loader, k):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, 30)
            for epoch in range(math.ceil(len(loader) / k)):
                scheduler.step()
        """,
        "math.ceil(len(loader) / k)",
    ),
}


@pytest.mark.parametrize(("script", "expected"), CASES.values(), ids=CASES)
def test_steps_as_they_are_written_at_the_constructor(script: str, expected: str | None) -> None:
    imports = "from torch.optim import SGD\nfrom torch.optim.lr_scheduler import StepLR\n"
    analysis = analyse(load(Path("script.py"), data=(imports + dedent(script)).encode()))
    (schedule,) = [s for training in analysis.trainings for s in training.schedules if s.sites]
    assert schedule.steps is not None
    assert schedule.place.write(schedule.steps) == expected
