"""Context managers of the project, of accelerate and of torch."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import contexts
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.model.conditions import Flag
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks
from lrlint.analysis.model.trace import Break
from lrlint.analysis.model.values import NONE, Const, Instance, Opaque, Store

from .fake import FakeMachine, shape

SCRIPT = """
def __enter__(self):
    self.optimizer.step()

def __exit__(self, kind, error, trace):
    self.optimizer.step()

with x: pass
"""


def test_a_context_is_entered() -> None:
    machine, manager = FakeMachine(SCRIPT), Instance(None, Store())
    machine.methods["__enter__"] = machine.function(0)
    machine.results["__enter__"] = Const("entered")
    assert contexts.enter(machine, manager) == Const("entered")
    assert machine.calls == [(machine.methods["__enter__"], Arguments())]


def test_another_context_binds_itself() -> None:
    machine, manager = FakeMachine(SCRIPT), Instance(None, Store())
    assert contexts.enter(machine, manager) is manager
    assert contexts.enter(machine, NONE) is NONE


def test_an_unknown_result_is_the_context_itself() -> None:
    machine, manager = FakeMachine(SCRIPT), Instance(None, Store())
    machine.methods["__enter__"] = machine.function(0)
    assert contexts.enter(machine, manager) is manager


def test_a_context_is_left_without_an_error() -> None:
    machine = FakeMachine(SCRIPT)
    machine.methods["__exit__"] = machine.function(1)
    contexts.leave(machine, Instance(None, Store()))
    ((_, arguments),) = machine.calls
    assert arguments == Arguments([NONE, NONE, NONE])


def test_accumulation_is_a_condition() -> None:
    machine = FakeMachine(SCRIPT)
    node = machine.statements[2]
    plain = Instance(None, Store(), kind=LibraryKind.GRAD_SCALER)
    with contexts.guard_body(machine, [plain], node):
        assert machine.guards == []
    accumulation = Instance(None, Store(), kind=LibraryKind.ACCUMULATION)
    with contexts.guard_body(machine, [plain, accumulation], node):
        (guard,) = machine.guards
        machine.emit(Break(1))
    assert isinstance(guard, Flag)
    assert guard.key.asks is Asks.ACCUMULATION
    assert shape(machine.trace) == [("accumulate()", ["break 1"])]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("torch.no_grad", True), ("torch.inference_mode", True), ("autocast", False), (None, False)],
)
def test_what_stops_gradients(path: str | None, expected: bool) -> None:
    assert contexts.stops_gradients(Opaque(path)) is expected
