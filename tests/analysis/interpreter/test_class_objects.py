"""What scripts ask of a scheduler's class where each kind is stepped in its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.linter.engine import Stdin, lint
from lrlint.linter.settings import Settings

SCRIPT = """
import torch
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR

class Own(lr_scheduler.LRScheduler):
    def get_lr(self):
        return [base * 0.9**self.last_epoch for base in self.base_lrs]

def fit(model, loader, kind, check):
    opt = torch.optim.SGD(model.parameters(), lr=0.3)
    if kind == "flat":
        sched = ReduceLROnPlateau(opt, patience=2)
    elif kind == "own":
        sched = Own(opt)
    else:
        sched = StepLR(opt, 12)
    for epoch in range(36):
        for x in loader:
            model(x).sum().backward()
            opt.step()
        score = check(model)
        if {question}:
            sched.step(score)
        else:
            sched.step()
"""


def codes(question: str) -> set[str]:
    source = SCRIPT.format(question=question)
    report = lint(["-"], Settings(), stdin=Stdin(source.encode(), Path("s.py")))
    assert report.problems == ()
    return {diagnostic.code for diagnostic in report.diagnostics}


@pytest.mark.parametrize(
    "question",
    [
        'sched.__class__.__name__ == "ReduceLROnPlateau"',
        'type(sched).__name__ == "ReduceLROnPlateau"',
        'type(sched).__qualname__ not in ("StepLR", "Own")',
        '"Plateau" in type(sched).__name__',
        "type(sched) is ReduceLROnPlateau",
        "type(sched) is not StepLR and not type(sched) is Own",
        "type(sched) == lr_scheduler.ReduceLROnPlateau",
        "sched.__class__ in (ReduceLROnPlateau,)",
        "issubclass(type(sched), lr_scheduler.ReduceLROnPlateau)",
        "not issubclass(type(sched), (StepLR, Own))",
    ],
)
def test_the_class_decides_how_it_is_stepped(question: str) -> None:
    assert codes(question) == set()
    assert codes(f"not ({question})") == {"LR106"}


@pytest.mark.parametrize(
    "question",
    ["wants_a_score(sched)", '"Plateau" in str(sched)', "sched in late", "late.get(sched, False)"],
)
def test_a_question_that_is_not_read_may_tell_them_apart(question: str) -> None:
    assert codes(question) == set()


def test_a_question_about_something_else_does_not() -> None:
    assert codes("epoch % 2 == 0") == {"LR106"}
