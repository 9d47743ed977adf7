"""In which order a scheduler and its optimizer step within one iteration."""

from __future__ import annotations

from textwrap import indent

import pytest

from lrlint.analysis.derive.step_order import early_step, repeated_step
from lrlint.analysis.derive.step_sites import steps_of
from lrlint.facts import OrderFact, Repetition

from .scripts import run


def order(script: str) -> tuple[OrderFact | None, Repetition | None]:
    """Return the early step and the repeated steps of a script."""
    result = run(script)
    base = result.built.path
    steps = steps_of(result.scheduler, base, result.located, result.loops)
    updates = steps_of(result.optimizer, base, result.located, result.loops)
    return early_step(steps, updates, result.loops), repeated_step(steps, updates, result.loops)


def in_loops(body: str) -> str:
    """Return a script with a body in an epoch loop and a batch loop."""
    return (
        f"for epoch in range(epochs):\n    for i, x in enumerate(loader):\n{indent(body, ' ' * 8)}"
    )


STEP, UPDATE = "scheduler.step()\n", "optimizer.step()\n"


@pytest.mark.parametrize(
    ("body", "early"),
    [
        (STEP + UPDATE, True),
        (UPDATE + STEP, False),
        ("scheduler.step(epoch)\n" + UPDATE, False),
        ("if flag: scheduler.step()\n" + UPDATE, False),
        ("if flag:\n    scheduler.step()\n    optimizer.step()\n", True),
        ("if i % 2 == 0: scheduler.step()\n" + UPDATE, True),
        ("if i > 5: scheduler.step()\n" + UPDATE, False),
        ("if isinstance(scheduler, StepLR): scheduler.step()\n" + UPDATE, True),
    ],
)
def test_a_step_before_the_update(body: str, early: bool) -> None:
    assert (order(in_loops(body))[0] is not None) is early


def test_what_is_known_of_an_early_step() -> None:
    early, _ = order(in_loops(STEP + UPDATE))
    assert early is not None
    assert early.scheduler_site.place.text == "scheduler.step()"
    assert early.optimizer_site.place.text == "optimizer.step()"
    assert early.loop.over == "loader"


@pytest.mark.parametrize(
    ("body", "adjacent"),
    [
        (STEP + UPDATE, True),
        (STEP + "scheduler.state_dict()\n" + UPDATE, False),
        (STEP + "if flag: optimizer.step()\n", False),
        ("def update():\n    optimizer.step()\n" + STEP + "update()\n", False),
    ],
)
def test_neighbours(body: str, adjacent: bool) -> None:
    early, _ = order(in_loops(body))
    assert early is not None
    assert early.adjacent is adjacent


def test_a_step_at_the_start_of_an_epoch() -> None:
    script = """
for epoch in range(epochs):
    scheduler.step()
    for x in loader:
        optimizer.step()
"""
    early, _ = order(script)
    assert early is not None
    assert early.loop.over == "range(epochs)"


def test_loops_that_are_no_training_have_no_order() -> None:
    script = "for fold in range(5):\n    scheduler.step()\n    for epoch in range(epochs):\n"
    early, _ = order(script + "        for x in loader:\n            optimizer.step()\n")
    assert early is None


@pytest.mark.parametrize(
    ("body", "repeated"),
    [
        (STEP, False),
        (STEP + STEP, True),
        (STEP + "scheduler.step(epoch)\n", False),
        ("if flag: scheduler.step()\nelse: scheduler.step()\n", False),
        ("if flag:\n    scheduler.step()\n    scheduler.step()\n", True),
        ("if flag: scheduler.step()\n" + STEP, False),
        (STEP + "for x in val_loader:\n    scheduler.step()\n", False),
    ],
)
def test_two_steps_in_one_iteration(body: str, repeated: bool) -> None:
    _, repetition = order(in_loops(UPDATE + body))
    assert (repetition is not None) is repeated


def test_steps_per_batch_and_per_epoch() -> None:
    _, repetition = order(in_loops(UPDATE + STEP) + "    scheduler.step()\n")
    assert repetition is not None
    assert repetition.loop is not None
    assert repetition.loop.over == "range(epochs)"


def test_steps_after_each_other_outside_loops() -> None:
    assert order(STEP + STEP)[1] is None
