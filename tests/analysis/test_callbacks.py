"""A scheduler that an event handler steps counts as stepped."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.linter.engine import lint

ENGINE = """
from collections import defaultdict

class Engine:
    def __init__(self, update):
        self.update = update
        self.handlers = defaultdict(list)

    def add(self, event, handler, *args):
        self.handlers[event].append((handler, args))

    def on(self, event):
        def register(handler):
            self.add(event, handler)
            return handler
        return register

    def fire(self, event):
        for handler, args in self.handlers[event]:
            handler(self, *args)

    def run(self, data, epochs):
        for epoch in range(epochs):
            for batch in data:
                self.update(self, batch)
                self.fire("iteration")
"""

TRAIN = """
import torch
from functools import partial
from {module} import Engine

def train(model, data):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 100)

    def update(engine, batch):
        loss = model(batch)
        loss.backward()
        optimizer.step()

    def advance(*_):
        scheduler.step()

    def show(*_):
        print(scheduler.get_last_lr())

    trainer = Engine(update)
{register}
    trainer.run(data, 10)
"""

STEPS = {
    "lambda": 'trainer.add("iteration", lambda engine: scheduler.step())',
    "method": 'trainer.add("iteration", scheduler.step)',
    "function": 'trainer.add("iteration", advance)',
    "through another": 'trainer.add("iteration", lambda engine: advance(engine))',
    "partial": 'trainer.add("iteration", partial(advance, scheduler))',
    "list": "trainer.attach([lambda engine: scheduler.step()])",
    "dict": 'trainer.attach({"iteration": scheduler.step})',
    "stored": 'trainer.handlers["iteration"].append((lambda engine: scheduler.step(), ()))',
    "decorator": '@trainer.on("iteration")\n    def handle(engine):\n        scheduler.step()',
    "loop": 'schedulers = [scheduler]\n    trainer.add("iteration", '
    "lambda engine: [one.step() for one in schedulers])",
}
DOES_NOT = {
    "lambda": 'trainer.add("iteration", lambda engine: print(scheduler.get_last_lr()))',
    "method": 'trainer.add("iteration", scheduler.get_last_lr)',
    "function": 'trainer.add("iteration", show)',
    "decorator": '@trainer.on("iteration")\n    def handle(engine):\n        print("step()")',
}


def codes(tmp_path: Path, module: str, register: str) -> list[str]:
    (tmp_path / "engine.py").write_text(ENGINE)
    script = tmp_path / "train.py"
    script.write_text(TRAIN.format(module=module, register=f"    {register}"))
    return [one.code for one in lint([script]).diagnostics if one.code == "LR103"]


@pytest.mark.parametrize("module", ["engine", "ignite.engine"])
@pytest.mark.parametrize("how", STEPS)
def test_a_handler_steps_it(how: str, module: str, tmp_path: Path) -> None:
    assert codes(tmp_path, module, STEPS[how]) == []


@pytest.mark.parametrize("how", DOES_NOT)
def test_a_handler_does_not_step_it(how: str, tmp_path: Path) -> None:
    assert codes(tmp_path, "engine", DOES_NOT[how]) == ["LR103"]
