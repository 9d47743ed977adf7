"""The same training script, written the ways people write it.

A form is a function from the choices that matter (where the scheduler steps, its T_max, its
eta_min) to the files of a project whose entry is the first of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent, indent


@dataclass(frozen=True)
class Choices:
    """What the pitfalls vary."""

    per_batch: bool = False
    horizon: str = "EPOCHS"
    """Python source of T_max, with EPOCHS standing for the epoch count."""
    eta_min: str | None = "1e-4"

    def scheduler(self, epochs: str) -> str:
        """Return the constructor call, the epoch count being written ``epochs``."""
        horizon = self.horizon.replace("EPOCHS", epochs)
        eta_min = "" if self.eta_min is None else f", eta_min={self.eta_min}"
        return f"CosineAnnealingLR(optimizer, T_max={horizon}{eta_min})"

    def in_batch(self, call: str = "scheduler.step()") -> str:
        return call if self.per_batch else "pass"

    def in_epoch(self, call: str = "scheduler.step()") -> str:
        return "pass" if self.per_batch else call


IMPORTS = """\
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader

from data import train_set
"""

Form = Callable[[Choices], dict[str, str]]


def _script(body: str) -> dict[str, str]:
    return {"train.py": IMPORTS + "\n" + dedent(body)}


def flat(c: Choices) -> dict[str, str]:
    return _script(f"""\
        epochs = 90
        train_loader = DataLoader(train_set, batch_size=32)
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = {c.scheduler("epochs")}
        for epoch in range(epochs):
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
                {c.in_batch()}
            {c.in_epoch()}
        """)


def main_function(c: Choices) -> dict[str, str]:
    body = flat(c)["train.py"].removeprefix(IMPORTS).strip("\n")
    text = f"def main():\n{indent(body, '    ')}\n\n\nif __name__ == '__main__':\n    main()\n"
    return {"train.py": IMPORTS + "\n\n" + text}


def helper(c: Choices) -> dict[str, str]:
    return _script(f"""\
        def train_one_epoch(model, loader, optimizer, scheduler):
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
                {c.in_batch()}


        epochs = 90
        train_loader = DataLoader(train_set, batch_size=32)
        model = nn.Linear(2, 1)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        scheduler = {c.scheduler("epochs")}
        for epoch in range(1, epochs + 1):
            train_one_epoch(model, train_loader, optimizer, scheduler)
            {c.in_epoch()}
        """)


def trainer_class(c: Choices) -> dict[str, str]:
    step = "self.scheduler.step()"
    scheduler = c.scheduler("self.epochs").replace("optimizer", "self.optimizer")
    return _script(f"""\
        class Trainer:
            def __init__(self, model, loader, epochs):
                self.model, self.loader, self.epochs = model, loader, epochs
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                self.scheduler = {scheduler}

            def train_epoch(self):
                for x, y in self.loader:
                    self.optimizer.zero_grad()
                    nn.functional.mse_loss(self.model(x), y).backward()
                    self.optimizer.step()
                    {c.in_batch(step)}

            def fit(self):
                for epoch in range(self.epochs):
                    self.train_epoch()
                    {c.in_epoch(step)}


        trainer = Trainer(nn.Linear(2, 1), DataLoader(train_set, batch_size=32), epochs=90)
        trainer.fit()
        """)


def _configured(c: Choices, settings: str, epochs: str, lr: str) -> dict[str, str]:
    return _script(f"""\
        {indent(dedent(settings), " " * 8).strip()}


        def main():
            train_loader = DataLoader(train_set, batch_size=32)
            model = nn.Linear(2, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr={lr})
            scheduler = {c.scheduler(epochs)}
            for epoch in range({epochs}):
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                    {c.in_batch()}
                {c.in_epoch()}


        if __name__ == "__main__":
            main()
        """)


def argparse_settings(c: Choices) -> dict[str, str]:
    settings = """\
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs", type=int, default=90)
        parser.add_argument("--lr", type=float, default=0.1)
        args = parser.parse_args()"""
    return _configured(c, settings, "args.epochs", "args.lr")


def dict_settings(c: Choices) -> dict[str, str]:
    settings = 'config = {"train": {"epochs": 90}, "lr": 0.1}'
    return _configured(c, settings, 'config["train"]["epochs"]', 'config["lr"]')


def dataclass_settings(c: Choices) -> dict[str, str]:
    settings = """\
        from dataclasses import dataclass


        @dataclass
        class Config:
            epochs: int = 90
            lr: float = 0.1


        cfg = Config()"""
    return _configured(c, settings, "cfg.epochs", "cfg.lr")


def enumerate_tqdm(c: Choices) -> dict[str, str]:
    return _script(f"""\
        from tqdm import tqdm, trange

        epochs = 90
        train_loader = DataLoader(train_set, batch_size=32)
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = {c.scheduler("epochs")}
        for epoch in trange(epochs):
            with tqdm(train_loader, desc=f"epoch {{epoch}}") as bar:
                for i, (x, y) in enumerate(bar):
                    optimizer.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimizer.step()
                    bar.set_postfix(loss=loss.item())
                    {c.in_batch()}
            {c.in_epoch()}
        """)


def accumulation(c: Choices) -> dict[str, str]:
    return _script(f"""\
        epochs = 90
        accumulate = 4
        train_loader = DataLoader(train_set, batch_size=32)
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = {c.scheduler("epochs")}
        for epoch in range(epochs):
            for i, (x, y) in enumerate(train_loader):
                nn.functional.mse_loss(model(x), y).backward()
                if (i + 1) % accumulate == 0:
                    optimizer.step()
                    optimizer.zero_grad()
                    {c.in_batch()}
            {c.in_epoch()}
        """)


def notebook(c: Choices) -> dict[str, str]:
    text = flat(c)["train.py"]
    head, _, loop = text.partition("for epoch in")
    cells = ["%matplotlib inline\n" + head, "# A note between the cells", "for epoch in" + loop]
    content = {
        "cells": [
            {
                "cell_type": "markdown" if cell.startswith("#") else "code",
                "metadata": {},
                "source": cell.splitlines(keepends=True),
                **({} if cell.startswith("#") else {"outputs": [], "execution_count": None}),
            }
            for cell in cells
        ],
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return {"train.ipynb": json.dumps(content, indent=1)}


def two_modules(c: Choices) -> dict[str, str]:
    script = _script(f"""\
        from engine import train_one_epoch
        from schedules import build_scheduler

        epochs = 90
        train_loader = DataLoader(train_set, batch_size=32)
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = build_scheduler(optimizer, epochs)
        for epoch in range(epochs):
            train_one_epoch(model, train_loader, optimizer, scheduler)
            {c.in_epoch()}
        """)
    engine = dedent(f"""\
        from torch import nn


        def train_one_epoch(model, loader, optimizer, scheduler):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
                {c.in_batch()}
        """)
    schedules = dedent(f"""\
        from torch.optim.lr_scheduler import CosineAnnealingLR


        def build_scheduler(optimizer, epochs):
            return {c.scheduler("epochs")}
        """)
    return {**script, "engine.py": engine, "schedules.py": schedules}


FORMS: dict[str, Form] = {
    form.__name__: form
    for form in (
        flat,
        main_function,
        helper,
        trainer_class,
        argparse_settings,
        dict_settings,
        dataclass_settings,
        enumerate_tqdm,
        accumulation,
        notebook,
        two_modules,
    )
}
