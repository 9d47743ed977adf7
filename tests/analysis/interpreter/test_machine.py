"""The machine: named numbers and what the user sets them to, guards, the budget, adopted values."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.outcomes import BadOverride, BudgetExceeded, Limits
from lrlint.analysis.interpreter.overrides import normal_name
from lrlint.analysis.interpreter.state import is_number
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.conditions import negate
from lrlint.analysis.model.trace import Break
from lrlint.analysis.model.values import Opaque, Store
from lrlint.symbolic import Strength, Unit

from .fake import FakeMachine, flag, number, shape


def test_a_named_number_has_the_unit_of_its_name() -> None:
    epochs = FakeMachine().named_number("epochs", 10, Strength.CONSTANT)
    assert (str(epochs), epochs.value, epochs.unit) == ("epochs", 10, Unit.EPOCH)


@pytest.mark.parametrize(
    ("name", "value", "strength", "lower"),
    [
        ("epochs", None, Strength.OPEN, 1),
        ("start_epoch", None, Strength.OPEN, 0),
        ("ratio", None, Strength.OPEN, 0),
        ("epochs", 10, Strength.DEFAULT, 1),
        ("epochs", 0, Strength.DEFAULT, 0),
        ("lr", 0.1, Strength.DEFAULT, 0),
        ("last_epoch", -1, Strength.DEFAULT, None),
    ],
)
def test_how_small_a_named_number_may_be(
    name: str, value: float | None, strength: Strength, lower: float | None
) -> None:
    (atom,) = FakeMachine().named_number(name, value, strength).atoms()
    assert atom.lower == lower


def test_the_user_sets_a_number() -> None:
    machine = FakeMachine(overrides={"cfg['epochs']": 7, "unused": 1})
    assert machine.named_number('cfg["epochs"]', 3, Strength.CONSTANT).value == 7
    assert machine.overrides.unused(machine.scopes) == ["unused"]


def test_the_user_sets_a_length_that_nothing_depends_on() -> None:
    machine = FakeMachine(
        "batches = data['train']", overrides={"len( batches )": 7, "len(data['train'])": 7}
    )
    assert machine.overrides.unused(machine.scopes) == []
    misspelt = {"len(batchs)": 7, "len(data.test)": 7}
    machine = FakeMachine("batches = data", overrides=misspelt)
    assert machine.overrides.unused(machine.scopes) == list(misspelt)


def test_the_user_cannot_set_a_number_to_a_text() -> None:
    with pytest.raises(BadOverride, match="epochs is a number, not 'ten'"):
        FakeMachine(overrides={"epochs": "ten"}).named_number("epochs", 3, Strength.CONSTANT)


@pytest.mark.parametrize(("value", "is_one"), [(1, True), (0.5, True), (True, False), ("1", False)])
def test_what_counts_as_a_number(value: object, is_one: bool) -> None:
    assert is_number(value) is is_one


def test_quotes_and_spaces_do_not_matter() -> None:
    assert normal_name("cfg[ 'a' ]") == normal_name('cfg["a"]')


def test_an_index_counts_from_zero() -> None:
    atom = FakeMachine().index_atom("i")
    assert is_loop_atom(atom)
    assert atom.lower == 0


def test_a_guard_decides_conditions_inside() -> None:
    machine = FakeMachine("x")
    debug = flag("debug")
    assert machine.assumed(debug) is None
    with machine.guard(debug, machine.statements[0]):
        assert machine.assumed(debug) is True
        assert machine.assumed(negate(debug)) is False
        machine.emit(Break(1))
    assert machine.assumed(debug) is None
    assert shape(machine.trace) == [("debug", ["break 1"])]


def test_a_guard_without_events_leaves_no_trace() -> None:
    machine = FakeMachine("x")
    with machine.guard(flag("debug"), machine.statements[0]):
        pass
    assert machine.trace == []


def test_an_event_knows_the_calls_that_lead_to_it() -> None:
    machine = FakeMachine("main()\nstep()")
    main, step = machine.statements
    with machine.through(main):
        place, via = machine.where(step)
    assert (place.text, [call.text for call in via]) == ("step()", ["main()"])
    assert machine.where(step)[1] == ()


def test_a_frame_counts_from_the_guards_at_its_start() -> None:
    machine = FakeMachine("x")
    with machine.guard(flag("debug"), machine.statements[0]), machine.calling(None) as frame:
        assert machine.frames[-1] is frame
        assert frame.guards == 1
    assert machine.frames[-1] is not frame


def test_what_is_undecided_is_noted() -> None:
    machine = FakeMachine("x")
    place = machine.here(machine.statements[0])
    machine.note(place, "too deep")
    assert machine.undecided == [(place, "too deep")]


def test_the_budget_runs_out() -> None:
    machine = FakeMachine(limits=Limits(nodes=2))
    machine.spend()
    machine.spend()
    with pytest.raises(BudgetExceeded):
        machine.spend()


def test_a_write_is_in_the_journal_with_the_old_value() -> None:
    machine, store = FakeMachine(), Store({"a": number(1)})
    machine.write(store, "a", number(2))
    assert store.data == {"a": number(2)}
    assert machine.journal == [(store, "a", number(1))]


def test_an_unknown_is_taken_as_one_optimizer() -> None:
    machine, value = FakeMachine(), Opaque("opt")
    assert machine.adopted(value) is None
    record = machine.adopt(value)
    assert machine.adopted(value) is record
    assert record.escapes == "built by code that was not read"


def test_an_unknown_named_like_an_optimizer_is_one() -> None:
    assert FakeMachine().adopted(Opaque("self.optimizer")) is not None
