"""Methods that a script defines for others to call do not make its own training unknown."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from lrlint.linter.engine import lint_text
from lrlint.predict.forecast import forecast
from lrlint.source import load

SCRIPT = """
    import torch
    from torch.optim.lr_scheduler import StepLR

    class Pace:
        def __init__(self, optimizer):
            self.inner = [StepLR(optimizer, step_size={step_size}, gamma=0.5)]

        def advance(self):
            for one in self.inner:
                one.step()

        def restore(self, states):
            for one, state in zip(self.inner, states):
                one.load_state_dict(state)

    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.8)
    pace = Pace(optimizer)
    for epoch in range(9):
        model(torch.randn(4, 3)).sum().backward()
        optimizer.step()
        pace.advance()
"""


def test_the_curve_is_that_of_the_training_without_them() -> None:
    source = load(Path("script.py"), data=dedent(SCRIPT.format(step_size=4)).encode())
    (schedule,) = forecast(source).schedules
    assert not schedule.prediction.unresolved
    assert schedule.prediction.steps == 9


def test_findings_are_those_of_the_training_without_them() -> None:
    report = lint_text(dedent(SCRIPT.format(step_size=20)))
    assert [one.code for one in report.diagnostics] == ["LR205"]
