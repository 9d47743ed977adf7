"""Values that depend on conditions: joined, distributed, chosen."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import choices
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.condition_queries import depends_on_loop, may_change
from lrlint.analysis.model.conditions import Divisible, Relation, negate
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.trace import Break
from lrlint.analysis.model.values import AnyValue, Choice, Const, Opaque
from lrlint.symbolic import Expr, Strength, Unit

from .fake import FakeMachine, flag, number, optimizer, shape

A, B = flag("a"), flag("b")


def test_equal_values_are_not_joined() -> None:
    assert choices.join(FakeMachine(), A, Const("x"), Const("x")) == Const("x")


@pytest.mark.parametrize(("first", "second"), [(MISSING, Const("x")), (Const("x"), MISSING)])
def test_a_value_of_one_branch_is_the_value(first: AnyValue, second: AnyValue) -> None:
    assert choices.join(FakeMachine(), A, first, second) == Const("x")


def test_other_values_are_a_choice() -> None:
    value = choices.join(FakeMachine(), A, Const("x"), Const("y"))
    assert value == Choice(((A, Const("x")), (negate(A), Const("y"))))


def test_alternatives_that_the_condition_excludes_are_left_out() -> None:
    inner = Choice(((A, Const("x")), (negate(A), Const("y"))))
    value = choices.join(FakeMachine(), A, inner, Const("z"))
    assert value == Choice(((A, Const("x")), (negate(A), Const("z"))))


@pytest.mark.parametrize(("default", "expected"), [(True, 10), (False, 90)])
def test_numbers_under_a_condition_that_leans(default: bool, expected: int) -> None:
    fast = flag("fast", default=default)
    value = choices.join(FakeMachine(), fast, number(10), number(90), "epochs")
    assert isinstance(value, Expr)
    assert (str(value), value.value, value.strength) == ("epochs", expected, Strength.DEFAULT)


def test_numbers_under_an_open_condition() -> None:
    machine = FakeMachine()
    first = machine.named_number("epochs", 10, Strength.CONSTANT)
    second = machine.named_number("max_epochs", 90, Strength.CONSTANT)
    value = choices.join(machine, A, first, second, "n")
    assert isinstance(value, Expr)
    assert (value.value, value.unit) == (None, Unit.EPOCH)


def test_a_number_under_a_condition_on_the_iteration() -> None:
    machine = FakeMachine()
    index = machine.index_atom("i")
    every = Divisible(Expr.atom(index) + 1, number(4), number(0))
    value = choices.join(machine, every, number(5), number(3))
    assert isinstance(value, Expr)
    (indicator,) = value.atoms()
    assert indicator.key == every
    assert value == number(3) + Expr.atom(indicator) * number(2)


def test_an_unknown_next_to_a_number_is_a_number() -> None:
    value = choices.join(FakeMachine(), A, number(0), Opaque('checkpoint["epoch"]'), "start")
    assert isinstance(value, Expr)


def test_guards_settle_a_condition() -> None:
    machine = FakeMachine("x")
    assert choices.settle(machine, A) is A
    assert choices.settle(machine, True) is True
    with machine.guard(A, machine.statements[0]):
        assert choices.settle(machine, negate(A)) is False


def test_each_alternative_is_acted_on_under_its_condition() -> None:
    machine = FakeMachine("x")
    seen: list[AnyValue] = []

    def act(value: AnyValue) -> AnyValue:
        seen.append(value)
        machine.emit(Break(1))
        return value

    value = Choice(((A, Const("x")), (B, Const("y"))))
    result = choices.distribute(machine, value, machine.statements[0], act)
    assert seen == [Const("x"), Const("y")]
    assert result == value
    assert shape(machine.trace) == [("a", ["break 1"]), ("b", ["break 1"])]


def test_only_the_alternative_that_the_guards_decide_on() -> None:
    machine = FakeMachine("x")
    value = Choice(((A, Const("x")), (negate(A), Const("y"))))
    with machine.guard(negate(A), machine.statements[0]):
        result = choices.distribute(machine, value, machine.statements[0], lambda inner: inner)
        assert result == Const("y")
        assert choices.chosen(machine, value) == Const("y")


def test_the_defaults_choose_where_guards_do_not() -> None:
    default = flag("plain", default=True)
    value = Choice(((A, Const("x")), (default, Const("y"))))
    assert choices.chosen(FakeMachine(), value) == Const("y")


def test_results_that_are_the_same_are_one() -> None:
    assert choices.choice(FakeMachine(), [(A, Const("x")), (B, Const("x"))]) == Const("x")
    assert isinstance(choices.choice(FakeMachine(), []), Opaque)


def test_too_many_alternatives_escape() -> None:
    machine = FakeMachine()
    values = [optimizer(machine) for _ in range(25)]
    result = choices.choice(machine, [(flag(str(i)), value) for i, value in enumerate(values)])
    assert isinstance(result, Opaque)
    assert {value.record.escapes for value in values} == {"one of too many alternatives to follow"}


def test_what_may_change_between_iterations() -> None:
    machine = FakeMachine()
    later = Relation(">", Expr.atom(machine.index_atom("epoch")), number(10))
    assert may_change(later)
    assert depends_on_loop(later)
    metric = Relation(">", number(1), number(10), nature=Nature.METRIC)
    assert may_change(metric)
    assert not depends_on_loop(metric)
    assert not may_change(A)
