"""What a statement steps that cannot be followed is left open; a loss may follow from itself."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.analysis.interpreter import schedule_methods
from lrlint.linter.engine import lint_text

SCRIPT = """
    import torch

    def fit(net, train, valid, epochs):
        adam = torch.optim.Adam(net.parameters(), lr=0.05)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(adam, patience=3)
        for epoch in range(epochs):
            for item in train:
                net(item).sum().backward()
                adam.step()
            total, seen = 0.0, 0
            for item in valid:
                total += float(net(item).mean())
                seen += len(item)
            {mean}
            plateau.step({metric})
"""


@pytest.mark.parametrize(
    ("mean", "metric"),
    [
        ("total = total / seen", "total"),
        ("total = total / len(valid)", "total"),
        ("total, seen = total / seen, 0", "total"),
        ("mean = total / seen", "mean"),
        ("total /= seen", "total"),
        ("total = round(total, 4)", "total"),
    ],
)
def test_a_metric_may_be_computed_from_itself(mean: str, metric: str) -> None:
    report = lint_text(dedent(SCRIPT.format(mean=mean, metric=metric)))
    assert report.problems == ()
    assert report.diagnostics == ()


@pytest.mark.parametrize("error", [RecursionError, OverflowError])
def test_a_step_that_cannot_be_followed_is_not_taken_for_none(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(*_: object) -> tuple[str, str]:
        raise error

    monkeypatch.setattr(schedule_methods, "_origins", fails)
    report = lint_text(dedent(SCRIPT.format(mean="", metric="total")))
    assert report.diagnostics == ()
