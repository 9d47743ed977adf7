"""Entry points: the script, then what it does not call, each with a trace of its own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.analysis import interpreter_for
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.analysis.interpreter.interpreter import Interpreter
from lrlint.analysis.interpreter.outcomes import Limits
from lrlint.analysis.model.records import SchedulerRecord
from lrlint.analysis.model.trace import BuildScheduler, walk
from lrlint.source import load


def interpreter(text: str, nodes: int | None = None) -> Interpreter:
    machine = interpreter_for(load(Path("<stdin>"), data=dedent(text).encode()))
    if nodes is not None:
        machine.limits = Limits(nodes=nodes)
        machine.allowed = nodes
    return machine


def events(text: str, nodes: int | None = None) -> list[list[str]]:
    """Return the events of each trace, by name."""
    blocks = traces(interpreter(text, nodes))
    return [[type(located.event).__name__ for located in walk(block)] for block in blocks]


def schedulers(text: str, nodes: int | None = None) -> list[SchedulerRecord]:
    return [
        located.event.scheduler
        for block in traces(interpreter(text, nodes))
        for located in walk(block)
        if isinstance(located.event, BuildScheduler)
    ]


BUILD = "sched = torch.optim.lr_scheduler.StepLR(opt, 3)"
STEP = "sched.step()"


def test_a_script_has_one_trace() -> None:
    assert events(f"import torch\n{BUILD}\n{STEP}") == [["BuildScheduler", "SchedulerStep"]]


def test_a_function_that_is_called_is_part_of_the_script() -> None:
    script = f"import torch\ndef main():\n    {BUILD}\n    {STEP}\nmain()"
    assert events(script) == [["BuildScheduler", "SchedulerStep"]]


def test_functions_that_are_not_called_are_trainings() -> None:
    script = f"""
        import torch
        def train():
            {BUILD}
            {STEP}
        def tune():
            {BUILD}
        def log():
            print()
    """
    assert events(script) == [[], ["BuildScheduler", "SchedulerStep"], ["BuildScheduler"]]


def test_callers_come_before_what_they_call() -> None:
    script = f"""
        import torch
        def inner():
            {BUILD}
        def outer():
            inner()
            {BUILD}
    """
    assert events(script) == [[], ["BuildScheduler", "BuildScheduler"]]


def test_a_function_that_steps_what_the_script_has_built_continues_it() -> None:
    script = f"import torch\n{BUILD}\ndef train():\n    {STEP}\n"
    assert events(script) == [["BuildScheduler", "SchedulerStep"]]


TRAINER = f"""
    import torch
    class Trainer:
        def __init__(self, opt):
            self.{BUILD}
        def fit(self):
            self.{STEP}
        def log(self):
            print(self)
"""


def test_methods_of_a_class_that_nobody_constructs() -> None:
    assert events(TRAINER) == [[], ["BuildScheduler", "SchedulerStep"]]
    (record,) = schedulers(TRAINER)
    assert record.escapes == "held by an object of Trainer"


def test_methods_of_an_object_that_the_script_constructs() -> None:
    script = f"{TRAINER}\n    trainer = Trainer(opt)"
    assert events(script) == [["BuildScheduler", "SchedulerStep"]]
    (record,) = schedulers(script)
    assert record.escapes is None


def test_a_function_that_calls_an_imported_one_that_builds(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(f"import torch\ndef build(opt):\n    {BUILD}\n")
    script = tmp_path / "train.py"
    script.write_text("from helpers import build\ndef train(opt):\n    build(opt)\n")
    blocks = traces(interpreter_for(load(script)))
    built = [type(located.event).__name__ for block in blocks for located in walk(block)]
    assert built == ["BuildScheduler"]


def test_what_an_entry_point_returns_escapes() -> None:
    (record,) = schedulers(f"import torch\ndef build():\n    {BUILD}\n    return sched")
    assert record.escapes == "returned by build()"


@pytest.mark.parametrize(
    ("use", "why"),
    [
        ("keep(lambda: sched.step())", "stepped by a function that may be called elsewhere"),
        ("keep(sched.step)", "passed as a method"),
        ("keep(sched.step)\nsched.step()", None),
        ("keep(len)", None),
    ],
)
def test_a_handler_may_be_called_elsewhere(use: str, why: str | None) -> None:
    script = f"import torch\ndef keep(function):\n    pass\n{BUILD}\n{use}\n"
    (record,) = schedulers(script)
    assert record.escapes == why


def test_a_script_that_is_too_large_is_given_up() -> None:
    script = f"import torch\n{BUILD}\n" + "pass\n" * 100
    machine = interpreter(script, nodes=50)
    traces(machine)
    (reason,) = [text for _, text in machine.undecided]
    assert reason == "not followed to the end of the script, which is too large"
    (record,) = schedulers(script, nodes=50)
    assert record.escapes == reason
