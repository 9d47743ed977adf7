"""Attributes that a script gives its optimizers and schedulers, and asks for in its loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.linter.engine import Stdin, lint
from lrlint.linter.settings import Settings
from lrlint.predict.forecast import forecast
from lrlint.source import load

HEAD = """
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, ReduceLROnPlateau, StepLR

def fit(model, loader, kind):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
"""
LOOP = """
    for epoch in range(40):
        for x in loader:
            model(x).sum().backward()
            optimizer.step()
            {batch}
        {epoch}
"""


def codes(script: str) -> set[str]:
    report = lint(["-"], Settings(), stdin=Stdin(script.encode(), Path("s.py")))
    assert report.problems == ()
    return {diagnostic.code for diagnostic in report.diagnostics}


def marked(mark: str, batch: str, epoch: str) -> str:
    built = f"    schedule = CosineAnnealingLR(optimizer, 40, eta_min=1e-3)\n    {mark}\n"
    return HEAD + built + LOOP.format(batch=batch, epoch=epoch)


@pytest.mark.parametrize(
    ("mark", "batch", "epoch"),
    [
        (
            'schedule.every = "epoch"',
            'if schedule.every == "batch": schedule.step()',
            'if schedule.every == "epoch": schedule.step()',
        ),
        (
            "schedule.each_batch = False",
            "if schedule.each_batch: schedule.step()",
            "if not schedule.each_batch: schedule.step()",
        ),
        (
            'setattr(schedule, "every", "epoch")',
            'if getattr(schedule, "every", "batch") in ("batch",): schedule.step()',
            'if hasattr(schedule, "every"): schedule.step()',
        ),
        (
            "optimizer.per_batch = None",
            "if optimizer.per_batch is not None: schedule.step()",
            "if optimizer.per_batch is None: schedule.step()",
        ),
    ],
)
def test_a_mark_on_a_scheduler_decides_which_loop_steps_it(
    mark: str, batch: str, epoch: str, tmp_path: Path
) -> None:
    script = marked(mark, batch, epoch)
    assert codes(script) == set()
    file = tmp_path / "s.py"
    file.write_text(script, encoding="utf-8")
    (found,) = forecast(load(str(file)), {"len(loader)": 3}).schedules
    assert found.prediction.unresolved == []
    assert found.prediction.lr is not None
    other = marked(mark, *(text.replace("schedule.step()", "pass") for text in (batch, epoch)))
    assert codes(other) == {"LR103"}


def test_a_mark_of_the_other_kind_is_a_step_in_the_wrong_loop() -> None:
    batch = 'if schedule.every == "batch": schedule.step()'
    assert codes(marked('schedule.every = "batch"', batch, "pass")) == {"LR101"}


@pytest.mark.parametrize(
    "question",
    [
        'schedule.kind == "warm"',
        "schedule.kind is None",
        "schedule.kind",
        'hasattr(schedule, "up")',
    ],
)
def test_what_a_class_of_the_script_sets_may_be_anything(question: str) -> None:
    own = """
    class Linear(LRScheduler):
        def __init__(self, optimizer, total, kind):
            self.total, self.kind = total, kind
            super().__init__(optimizer)

        def get_lr(self):
            return [base * (1 - self.last_epoch / self.total) for base in self.base_lrs]

    schedule = Linear(optimizer, 40, kind)
"""
    for answer in (question, f"not ({question})"):
        step = f"if {answer}: schedule.step()"
        assert codes(HEAD + own + LOOP.format(batch="pass", epoch=step)) <= {"LR112"}


def test_schedulers_of_two_kinds_are_told_apart_by_a_name_they_are_given() -> None:
    built = """
    if kind == "plateau":
        schedule = ReduceLROnPlateau(optimizer, patience=3)
    elif kind == "steps":
        schedule = StepLR(optimizer, 10)
    else:
        raise ValueError(kind)
    schedule.label = kind
"""
    steps = """
        if schedule.label in ["plateau"]:
            schedule.step(evaluate(model))
        if schedule.label in ["steps"]:
            schedule.step()
"""
    assert codes(HEAD + built + LOOP.format(batch="pass", epoch=steps)) == set()


def test_an_argument_that_is_assigned_is_left_open(tmp_path: Path) -> None:
    file = tmp_path / "s.py"
    file.write_text(marked("schedule.T_max = 80", "pass", "schedule.step()"), encoding="utf-8")
    (found,) = forecast(load(str(file)), {"len(loader)": 3}).schedules
    assert found.prediction.unresolved
