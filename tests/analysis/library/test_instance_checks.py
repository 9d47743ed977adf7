"""`isinstance`."""

from __future__ import annotations

import pytest

from .scripts import value_of

SETUP = """
import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau, StepLR, _LRScheduler

class Base:
    pass

class Child(Base):
    pass

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
step = StepLR(optimizer, 1)
plateau = ReduceLROnPlateau(optimizer)
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("isinstance(step, StepLR)", True),
        ("isinstance(step, LRScheduler)", True),
        ("isinstance(step, _LRScheduler)", True),
        ("isinstance(step, ReduceLROnPlateau)", False),
        ("isinstance(plateau, _LRScheduler)", False),
        ("isinstance(plateau, (StepLR, ReduceLROnPlateau))", True),
        ("isinstance(optimizer, torch.optim.Optimizer)", True),
        ("isinstance(optimizer, torch.optim.Adam)", False),
        ("isinstance(Child(), Base)", True),
        ("isinstance(Base(), Child)", False),
        ("isinstance(3, int)", True),
        ("isinstance(3, float)", False),
        ("isinstance('a', (str, list))", True),
        ("isinstance([1], list)", True),
        ("isinstance([1], tuple)", False),
        ("isinstance({}, dict)", True),
        ("isinstance(None, StepLR)", False),
        ("isinstance(model, Base)", "open: isinstance(model, Base)"),
        ("isinstance(None, object)", "open: isinstance(None, object)"),
    ],
)
def test_value(code: str, result: object) -> None:
    assert value_of(code, SETUP) == result


def test_the_class_of_an_unknown_value_is_not_evaluated() -> None:
    assert value_of("isinstance(model, fail[0])", SETUP) == "open: isinstance(model, fail[0])"


def test_each_alternative_is_asked() -> None:
    chosen = "chosen = step if use_step else plateau\n"
    assert value_of("isinstance(chosen, StepLR)", SETUP + chosen) == "open: use_step"
