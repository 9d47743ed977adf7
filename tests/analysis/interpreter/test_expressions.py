"""Expressions: what each kind of syntax evaluates to."""

from __future__ import annotations

from typing import Any

import pytest

from lrlint.analysis.interpreter import expressions
from lrlint.analysis.interpreter.outcomes import Limits
from lrlint.analysis.model.conditions import Condition, Divisible, all_of, any_of, negate
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionValue,
    ListValue,
    Opaque,
    Sized,
    Store,
    Truth,
)
from lrlint.symbolic import Expr

from .fake import FakeMachine, flag, number, optimizer

A, B = flag("a"), flag("b")


class Evaluating(FakeMachine):
    """A machine that evaluates all expressions but the names that a test gives."""

    def evaluate(self, node: Any) -> AnyValue:
        value = self.values.get(self.unit.code(node))
        return expressions.evaluate(self, node) if value is None else value

    def truth(self, node: Any) -> bool | Condition:
        truth = self.truths.get(self.unit.code(node))
        return expressions.truth(self, node) if truth is None else truth


def evaluate(text: str, **values: AnyValue) -> AnyValue:
    machine = Evaluating(text, values=values)
    return expressions.evaluate(machine, machine.expression())


def truth(text: str, **truths: bool | Condition) -> bool | Condition:
    machine = Evaluating(text)
    machine.truths.update(truths)
    return expressions.truth(machine, machine.expression())


# -- literals and names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", number(3)),
        ("1e-3", number(0.001)),
        ("1e999", Const(float("inf"))),
        ("'a' 'b'", Const("ab")),
        ("True", Const(True)),
        ("None", NONE),
        ("len", External("builtins.len")),
        ("-3", number(-3)),
        ("+3", number(3)),
        ("2 * 3 + 1", number(7)),
        ("not True", Const(False)),
        ("1 < 2 < 3", Const(True)),
        ("3 if 1 < 2 else 4", number(3)),
        ("'a' and 3", number(3)),
        ("'' or 4", number(4)),
        ("(lambda: 1)() if False else 5", number(5)),
    ],
)
def test_constants(text: str, expected: AnyValue) -> None:
    assert evaluate(text) == expected


def test_a_formatted_string() -> None:
    assert evaluate("f'{x}-{x}'", x=Const("a")) == Const("a-a")
    assert isinstance(evaluate("f'{x}'", x=number(3)), Opaque)
    assert isinstance(evaluate("f'{x:>3}'", x=Const("a")), Opaque)


def test_a_huge_number_is_unknown() -> None:
    assert isinstance(evaluate("1" * 400), Opaque)
    assert isinstance(evaluate("1 / 0"), Opaque)


def test_an_expression_without_a_handler_is_unknown_and_counts() -> None:
    machine = Evaluating("...", limits=Limits(nodes=5))
    assert isinstance(expressions.evaluate(machine, machine.expression()), Opaque)
    assert machine.spent == 1


def test_lists() -> None:
    value = evaluate("[1, *x, 2]", x=ListValue([number(7)]))
    assert isinstance(value, ListValue)
    assert (value.items, value.kind) == ([number(1), number(7), number(2)], "list")
    kinds = [evaluate(text) for text in ("(1,)", "{1}")]
    assert [value.kind for value in kinds if isinstance(value, ListValue)] == ["tuple", "set"]
    unknown = evaluate("[1, *x]", x=Opaque("x"))
    assert isinstance(unknown, ListValue)
    assert unknown.items is None


def test_dicts() -> None:
    machine = Evaluating("{'a': 1, **x}", values={"x": DictValue(Store({"b": number(2)}))})
    value = expressions.evaluate(machine, machine.expression())
    assert isinstance(value, DictValue)
    assert (value.store.data, value.complete) == ({"a": number(1), "b": number(2)}, True)
    assert machine.dicts == [value]
    for text in ("{**x}", "{x: 1}"):
        unknown = evaluate(text, x=Opaque("x"))
        assert isinstance(unknown, DictValue)
        assert not unknown.complete


# -- truth ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a and b", all_of(A, B)),
        ("a or b", any_of(A, B)),
        ("not a", negate(A)),
        ("a and True", A),
        ("a and False", False),
        ("a or True", True),
        ("False or b", B),
        ("True and b", B),
        ("a and a", A),
    ],
)
def test_boolean_operators(text: str, expected: bool | Condition) -> None:
    assert truth(text, a=A, b=B) == expected


def test_the_right_side_is_asked_under_the_left() -> None:
    machine = Evaluating("a and b")
    machine.truths["a"] = A
    seen: list[Condition] = []
    machine.truth = lambda node: (
        A if machine.unit.code(node) == "a" else seen.extend(machine.guards) or B
    )
    expressions.truth(machine, machine.expression())
    assert seen == [A]


def test_a_remainder_is_true_where_it_does_not_divide() -> None:
    machine = Evaluating("i % 4")
    i = Expr.atom(machine.index_atom("i"))
    machine.values["i"] = i
    condition = expressions.truth(machine, machine.expression())
    assert condition == negate(Divisible(i, number(4), number(0)))


def test_a_truth_as_a_value() -> None:
    machine = Evaluating("not a")
    machine.truths["a"] = A
    assert expressions.evaluate(machine, machine.expression()) == Truth(negate(A))


def test_a_value_of_either_side() -> None:
    machine = Evaluating("x or y", values={"x": Opaque("x"), "y": Const("y")})
    value = expressions.evaluate(machine, machine.expression())
    assert isinstance(value, Choice)
    assert [inner for _, inner in value.alternatives] == [Const("y"), machine.values["x"]]


def test_a_conditional_expression() -> None:
    machine = Evaluating("'x' if a else 'y'")
    machine.truths["a"] = A
    value = expressions.evaluate(machine, machine.expression())
    assert value == Choice(((A, Const("x")), (negate(A), Const("y"))))


def test_a_minus_in_front_of_a_loss() -> None:
    value = evaluate("-loss", loss=Opaque("loss", measured=True))
    assert isinstance(value, Opaque)
    assert (value.path, value.measured) == ("-loss", True)
    assert str(evaluate("-n", n=Opaque("n"))) == "-n"


# -- parts of values ------------------------------------------------------------------------------


def test_attributes_and_items() -> None:
    machine = Evaluating("x.lr", values={"x": Opaque("x")})
    machine.attributes["lr"] = number(3)
    assert expressions.evaluate(machine, machine.expression()) == number(3)
    values = ListValue([number(5), number(6)])
    assert evaluate("x[1]", x=values) == number(6)
    cfg = Opaque("cfg")
    for text in ("cfg['lr']", "cfg[key]"):
        value = evaluate(text, cfg=cfg, key=Opaque("key"))
        assert isinstance(value, Opaque)
        assert value.path == text.replace("'", '"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[1:]", [6, 7]),
        ("x[:-1]", [5, 6]),
        ("x[0:2]", [5, 6]),
        ("x[n:]", None),
        ("x[::2]", [5, 7]),
    ],
)
def test_slices_of_lists(text: str, expected: list[int] | None) -> None:
    value = evaluate(text, x=ListValue([number(n) for n in (5, 6, 7)]), n=Opaque())
    if expected is None:
        assert isinstance(value, Opaque)
    else:
        assert isinstance(value, ListValue)
        assert value.items == [number(n) for n in expected]


@pytest.mark.parametrize(
    ("text", "length"), [("x[10:]", 90), ("x[:-10]", 90), ("x[20:50]", 30), ("x[:200]", 100)]
)
def test_slices_of_arrays(text: str, length: int) -> None:
    value = evaluate(text, x=Sized(number(100)))
    assert isinstance(value, Sized)
    assert value.length == number(length)


# -- the rest -------------------------------------------------------------------------------------


def test_a_lambda_keeps_its_defaults() -> None:
    value = evaluate("lambda x, n=3: x")
    assert isinstance(value, FunctionValue)
    assert value.defaults == {"n": number(3)}


def test_a_walrus_binds_its_name() -> None:
    machine = Evaluating("(n := 3)")
    assert expressions.evaluate(machine, machine.expression()) == number(3)
    assert str(machine.scope.store.data["n"]) == "n"


@pytest.mark.parametrize("text", ["(yield x)", "(yield from x)"])
def test_what_is_yielded_escapes(text: str) -> None:
    value = optimizer(FakeMachine())
    evaluate(text, x=value)
    assert value.record.escapes == "yielded"


def test_a_list_of_a_comprehension() -> None:
    value = evaluate("[2 * n for n in x]", x=ListValue([number(5), number(6)]))
    assert isinstance(value, ListValue)
    assert value.items == [number(10), number(12)]
