"""Loops that step a scheduler without training."""

from __future__ import annotations

from textwrap import indent

import pytest

from lrlint.analysis.derive.dry_runs import is_dry_run, is_in_test_file
from lrlint.analysis.model.trace import SchedulerStep

from .scripts import run


def dry(header: str, body: str, filename: str = "train.py") -> bool:
    """Whether a loop with a header and a body is a dry run."""
    result = run(f"{header}:\n{indent(body, '    ')}", filename=filename)
    ((step, _),) = result.events(SchedulerStep)
    return is_dry_run(step.loops[0].loop)


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("for i in range(100)", "optimizer.step()\nscheduler.step()\n", True),
        ("for i in range(100)", "lrs.append(scheduler.get_last_lr()[0])\nscheduler.step()\n", True),
        ("for i in tqdm(range(100))", "scheduler.step()\n", True),
        ("for i in range(100)", "loss.backward()\nscheduler.step()\n", False),
        ("for i in range(100)", "model(x)\nscheduler.step()\n", False),
        (
            "for i in range(100)",
            "weight.sum().backward()\nlrs.append(optimizer.param_groups[0]['lr'])\nscheduler.step()\n",
            True,
        ),
        (
            "for i in range(100)",
            "weight.sum().backward()\nlosses.append(weight)\nscheduler.step()\n",
            False,
        ),
        ("for i in range(100)", "functions[i]()\nscheduler.step()\n", False),
        ("for x in loader", "scheduler.step()\n", False),
        ("for i in range(100)", "for x in loader: pass\nscheduler.step()\n", False),
        (
            "for i in range(100)",
            "for g in optimizer.param_groups: print(g)\nscheduler.step()\n",
            True,
        ),
        ("for epoch in range(100)", "optimizer.step()\nscheduler.step()\n", False),
        ("for epoch in range(100)", "lrs.append(0)\nscheduler.step()\n", True),
        ("for epoch in range(100)", "scheduler.step()\nassert rate() == 1\n", False),
        ("for epoch in range(100)", "scheduler.step()\nassert scheduler.get_last_lr()\n", True),
    ],
)
def test_which_loops_train_nothing(header: str, body: str, expected: bool) -> None:
    assert dry(header, body) is expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("train.py", False),
        ("test_schedules.py", True),
        ("schedules_test.py", True),
        ("tests/schedules.py", True),
    ],
)
def test_a_loop_over_epochs_in_a_test_is_dry(filename: str, expected: bool) -> None:
    body = "optimizer.step()\nscheduler.step()\n"
    assert dry("for epoch in range(100)", body, filename) is expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("train.py", False),
        ("train_test.py", False),
        ("test_schedules.py", True),
        ("conftest.py", True),
        ("tests/schedules.py", True),
    ],
)
def test_files_of_tests(filename: str, expected: bool) -> None:
    built = run("", filename=filename).built
    assert is_in_test_file(built.event.place) is expected
