"""Context managers that a script writes as generators: ``predict`` gives the LRs of torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.source import load

SCRIPT = """
import contextlib
import torch
net = torch.nn.Linear(2, 1)
descent = torch.optim.SGD(net.parameters(), lr=0.4)
plan = torch.optim.lr_scheduler.StepLR(descent, 2, 0.5)

class Trainer:
    @contextlib.contextmanager
    def update(self, pace=1):
        for parameter in net.parameters():
            parameter.grad = None
{body}

trainer = Trainer()
for number in range(7):
    with trainer.update(2 if number == 3 else 1) as optimizer:
        {inside}
        net(torch.ones(1, 2)).sum().backward()
"""
BOTH = """
        yield descent
        descent.step()
        for _ in range(pace):
            plan.step()
"""
ALWAYS = """
        try:
            if pace > 1:
                plan.step()
            yield descent
        finally:
            descent.step()
        plan.step()
"""
BEFORE = """
        descent.step()
        plan.step()
        yield
"""
TWICE = """
        if pace > 1:
            yield descent
            return
        yield descent
        descent.step()
        plan.step()
"""
HANDLED = """
        try:
            yield descent
            descent.step()
            plan.step()
        except ValueError:
            pass
"""


def predicted(body: str, inside: str) -> tuple[str, Prediction]:
    text = SCRIPT.format(body=body.strip("\n"), inside=inside)
    (schedule,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    return text, schedule.prediction


@pytest.mark.parametrize(
    ("body", "inside"),
    [
        (BOTH, "pass"),
        (BOTH, "if number % 3 == 0: continue"),
        (BOTH, "if number == 5: optimizer.param_groups[0]['lr'] = 0.3"),
        (ALWAYS, "pass"),
        (BEFORE, "pass"),
    ],
)
def test_what_is_run_before_and_after_the_body(body: str, inside: str) -> None:
    pytest.importorskip("torch")
    from torch_lrs import used_by

    text, prediction = predicted(body, inside)
    assert prediction.unresolved == []
    assert prediction.lr is not None
    for ours, theirs in zip(prediction.lr, used_by(text), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    ("body", "inside"),
    [
        (TWICE, "pass"),
        (HANDLED, "pass"),
        (BOTH, "if number == 4: break"),
    ],
)
def test_more_than_one_way_is_open(body: str, inside: str) -> None:
    _, prediction = predicted(body, inside)
    assert prediction.lr is None
    assert prediction.unresolved
