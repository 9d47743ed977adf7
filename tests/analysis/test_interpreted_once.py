"""Code that is not interpreted again, where another time would tell nothing new."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import libcst as cst
import pytest

from lrlint import analysis
from lrlint.analysis.interpreter import calls, function_calls
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import AnyValue, FunctionValue
from lrlint.linter.engine import lint_text
from lrlint.source import load

START = """
import itertools
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR
from data import images, hooks

net = torch.nn.Linear(2, 2)
optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=20)
"""
END = """
for epoch in range(10):
    for batch in images:
        net(batch).sum().backward()
        optimizer.step()
    scheduler.step()
"""


def answer(text: str) -> list[tuple[str, str]]:
    """Return the findings in a script, with their messages."""
    found = lint_text(text).diagnostics
    return [(finding.code, finding.message) for finding in found]


def codes(text: str) -> list[str]:
    return [code for code, _ in answer(text)]


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the name of each function is added whose body is interpreted."""
    names: list[str] = []
    run = function_calls._run

    def count(machine: Machine, function: FunctionValue, arguments: Arguments) -> AnyValue:
        if isinstance(function.node, cst.FunctionDef):
            names.append(function.node.name.value)
        return run(machine, function, arguments)

    monkeypatch.setattr(function_calls, "_run", count)
    return names


# -- functions that unknown code calls ------------------------------------------------------------

SELF_CONTAINED = {
    "alone": """
        def scale(image):
            pixels = [pixel / 255 for pixel in image]
            pixels.append(0)
            return torch.tensor(pixels)
        """,
    "with a constant and another function": """
        WIDTH = 32

        def cut(image, start=0):
            if start:
                return list(itertools.islice(image, start))
            return image[:WIDTH]

        def scale(image):
            image.seen = True
            return cut(image)
        """,
}
NOT_SELF_CONTAINED = {
    "a list of the script": (
        """
        seen = []

        def scale(image):
            seen.append(image)
        """,
        "seen = []",
    ),
    "a list that another function changes": (
        """
        seen = []

        def note(image):
            seen.append(image)

        def scale(image):
            note(image)
        """,
        "seen = []",
    ),
    "a number of the script": (
        """
        seen = 0

        def scale(image):
            global seen
            seen += 1
        """,
        "seen = 0",
    ),
    "an object of the script": (
        """
        class Log:
            def __init__(self):
                self.seen = 0

            def note(self):
                self.seen += 1

        log = Log()

        def scale(image):
            log.note()
        """,
        "log.seen = 0",
    ),
    "a library's attribute": (
        """
        def scale(image):
            torch.seen = image
        """,
        "torch.seen = 0",
    ),
    "a function that is defined later": (
        """
        def scale(image):
            advance()
        """,
        """
        def advance():
            scheduler.step()
        """,
    ),
    "a default": (
        """
        def scale(image, seen=[1]):
            seen.append(image)
        """,
        "pass",
    ),
    "a step": (
        """
        def scale(image):
            if image is hooks:
                scheduler.step()
        """,
        "pass",
    ),
}


def script(functions: str, between: str = "pass") -> str:
    again = "images.map(scale)\n"
    return START + dedent(functions) + again + dedent(between) + "\n" + again * 2 + END


@pytest.mark.parametrize("functions", SELF_CONTAINED.values(), ids=SELF_CONTAINED)
def test_a_function_that_changes_nothing_outside_is_interpreted_once(
    functions: str, walks: list[str]
) -> None:
    found = codes(script(functions))
    assert walks.count("scale") == 1
    assert found == ["LR201"]


@pytest.mark.parametrize(
    ("functions", "between"), NOT_SELF_CONTAINED.values(), ids=NOT_SELF_CONTAINED
)
def test_any_other_function_is_interpreted_each_time(
    functions: str, between: str, walks: list[str]
) -> None:
    lint_text(script(functions, between))
    # It is called by the script, too, once it is seen to step something.
    assert walks.count("scale") == 3 or "step()" in functions + between


@pytest.mark.parametrize(
    ("functions", "between"),
    [*((text, "pass") for text in SELF_CONTAINED.values()), *NOT_SELF_CONTAINED.values()],
    ids=[*SELF_CONTAINED, *NOT_SELF_CONTAINED],
)
def test_the_answer_is_that_of_interpreting_it_each_time(
    functions: str, between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = script(functions, between).replace("range(10)", "range(len(str(seen)) and 10)")
    once = answer(text), answer(script(functions, between))
    monkeypatch.setattr(calls, "is_self_contained", lambda *_: False)
    assert once == (answer(text), answer(script(functions, between)))


# -- entries of a dict under unknown keys ---------------------------------------------------------


def rounds(text: str) -> int:
    """Return how often a script is interpreted."""
    source = load(Path("<stdin>"), data=text.encode())
    with pytest.MonkeyPatch.context() as patch:
        count = 0
        traces = analysis.traces

        def counted(machine: Machine) -> object:
            nonlocal count
            count += 1
            return traces(machine)

        patch.setattr(analysis, "traces", counted)
        analysis.interpret(source)
    return count


def collected(first: str, then: str) -> str:
    """Return a script that fills a dict by unknown keys before it trains."""
    fill = f"""
    table = {{}}
    for name, value in hooks:
        if name not in table:
            table[name] = {first}
        {then}
    """
    return START + dedent(fill) + END


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("{}", "table[name][value] = hooks.score(value)"),
        ("[]", "table[name].append(value)"),
        ("value", "print(table[name])"),
        ("hooks.make(value)", "table[name].note(value)"),
    ],
)
def test_data_under_unknown_keys_needs_no_second_interpretation(first: str, then: str) -> None:
    text = collected(first, then)
    assert rounds(text) == 1
    assert codes(text) == ["LR201"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("0", "table[name] += 1"),
        ("[0]", "table[name][0] += 1"),
        ("{'n': 0}", "table[name]['n'] += 1"),
        ("False", "table[name] = not table[name]"),
    ],
)
def test_a_number_or_a_flag_under_unknown_keys_does(first: str, then: str) -> None:
    assert rounds(collected(first, then)) == 2


# -- files without a schedule ---------------------------------------------------------------------

GATE = """
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR
from data import images, net

class Gate:
    def __init__(self):
        self.state = "closed"

    def open(self):
        print(self.state)
        self.state = "open"

def train(optimizer):
    gate = Gate()
    for image in images:
        {body}
        gate.open()

train(SGD(net.parameters(), lr=0.1))
"""


def test_a_file_without_a_schedule_is_interpreted_once() -> None:
    """What changes in its loops decides nothing: no rule has anything to judge."""
    assert rounds(GATE.format(body="optimizer.step()")) == 1


def test_a_schedule_behind_what_a_loop_changes_is_found() -> None:
    """With the state at the start, the branch that builds the scheduler is left out."""
    built = 'if gate.state == "open": StepLR(optimizer, step_size=3)'
    source = load(Path("<stdin>"), data=GATE.format(body=built).encode())
    (training,) = analysis.analyse(source).trainings
    assert [schedule.scheduler for schedule in training.schedules] == ["StepLR"]
