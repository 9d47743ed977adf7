"""How often a function is called that nobody in view calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrlint.analysis.interpreter.unseen_calls import called_unseen
from lrlint.analysis.model.trace import (
    BuildScheduler,
    Event,
    LoopRecord,
    OptimizerStep,
    Repeat,
    SchedulerStep,
)

from .fake import FakeMachine, number, optimizer, scheduler, shape

SCRIPT = "def train(): pass\n@on_epoch_end\ndef handler(): pass"


def loop(machine: FakeMachine, *body: Event | Repeat, over_loader: bool = False) -> Repeat:
    record = LoopRecord(
        machine.index_atom("i"),
        number(9),
        machine.here(machine.statements[0]),
        over_loader=over_loader,
    )
    return Repeat(record, list(body))


def step(machine: FakeMachine) -> Event:
    return OptimizerStep(*machine.where(machine.statements[0]), optimizer(machine).record)


def called(
    body: Callable[[FakeMachine], Event | Repeat], position: int = 0, *, registered: bool = False
) -> list[object]:
    machine = FakeMachine(SCRIPT)
    function = machine.function(position)
    with called_unseen(machine, function, registered=registered):
        machine.block.append(body(machine))
    return shape(machine.trace)


def test_one_update_is_called_an_unknown_number_of_times() -> None:
    assert called(step) == [("for call in None", ["OptimizerStep"])]


@pytest.mark.parametrize(
    ("position", "registered", "trips"), [(0, False, "1"), (0, True, "None"), (1, False, "None")]
)
def test_a_loop_is_a_whole_training_unless_a_framework_holds_it(
    position: int, registered: bool, trips: str
) -> None:
    body = called(lambda machine: loop(machine, step(machine)), position, registered=registered)
    assert body == [(f"for call in {trips}", [("for i in 9", ["OptimizerStep"])])]


def test_a_loop_over_batches_is_one_epoch() -> None:
    epoch = called(lambda machine: loop(machine, step(machine), over_loader=True))
    assert epoch[0][0] == "for call in None"
    training = called(
        lambda machine: loop(machine, loop(machine, step(machine), over_loader=True)),
        registered=True,
    )
    assert training[0][0] == "for call in 1"


def test_the_steps_of_a_scheduler_decide() -> None:
    def body(machine: FakeMachine) -> Repeat:
        where = machine.where(machine.statements[0])
        stepped = SchedulerStep(*where, scheduler(machine).record, None)
        return loop(machine, stepped, loop(machine, step(machine), over_loader=True))

    assert called(body)[0][0] == "for call in 1"


def test_a_function_that_builds_what_it_steps_is_not_repeated() -> None:
    def body(machine: FakeMachine) -> Event:
        where = machine.where(machine.statements[0])
        machine.emit(BuildScheduler(*where, scheduler(machine).record))
        return step(machine)

    assert called(body) == ["BuildScheduler", "OptimizerStep"]
