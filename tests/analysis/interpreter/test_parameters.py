"""Arguments are bound to parameters; defaults of unseen calls are less certain."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.parameters import bind_parameters
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    ListValue,
    Opaque,
    Scope,
    Store,
)
from lrlint.symbolic import Expr, Strength

from .fake import FakeMachine, number, optimizer


def bound(
    signature: str,
    arguments: Arguments,
    receiver: AnyValue | None = None,
    **defaults: AnyValue,
) -> dict[object, AnyValue]:
    machine = FakeMachine(f"def f({signature}): pass")
    function = machine.function(receiver=receiver, defaults=defaults)
    scope = Scope(Store(), machine.unit)
    bind_parameters(machine, function, arguments, scope)
    return scope.store.data


def test_by_position_and_by_keyword() -> None:
    arguments = Arguments([number(1), number(2)], {"d": number(4), "c": number(3)})
    data = bound("a, /, b, c, *, d", arguments)
    assert data == {"a": number(1), "b": number(2), "c": number(3), "d": number(4)}


def test_a_method_gets_its_object_first() -> None:
    receiver = Const("self")
    assert bound("self, x", Arguments([number(1)]), receiver) == {"self": receiver, "x": number(1)}


def test_the_rest_is_collected() -> None:
    arguments = Arguments([number(1), number(2)], {"b": number(3)})
    data = bound("a, *args, **kwargs", arguments)
    args, kwargs = data["args"], data["kwargs"]
    assert isinstance(args, ListValue)
    assert isinstance(kwargs, DictValue)
    assert (args.items, args.kind) == ([number(2)], "tuple")
    assert (kwargs.store.data, kwargs.complete, kwargs.path) == ({"b": number(3)}, True, "kwargs")


def test_of_an_open_call_the_rest_is_not_known() -> None:
    data = bound("*args, **kwargs", Arguments(open=True))
    args, kwargs = data["args"], data["kwargs"]
    assert isinstance(args, ListValue)
    assert isinstance(kwargs, DictValue)
    assert (args.items, kwargs.complete) == (None, False)


def test_too_many_arguments_escape() -> None:
    value = optimizer(FakeMachine())
    bound("a", Arguments([value, number(1)]))
    assert value.record.escapes == "passed to a function that takes fewer arguments"


def test_an_unknown_argument_gets_the_name_of_the_parameter() -> None:
    bare, named = Opaque(), Opaque("cfg")
    bound("args, other", Arguments([bare], {"other": named}))
    assert (bare.path, named.path) == ("args", "cfg")


@pytest.mark.parametrize(
    ("default", "open_", "expected"),
    [
        (number(10), False, ("x", 10, Strength.CONSTANT)),
        (number(10), True, ("x", 10, Strength.DEFAULT)),
    ],
)
def test_a_default_number(default: AnyValue, open_: bool, expected: object) -> None:
    value = bound("x", Arguments(open=open_), x=default)["x"]
    assert isinstance(value, Expr)
    assert (str(value), value.value, value.strength) == expected


def test_other_defaults() -> None:
    closed, open_ = Arguments(), Arguments(open=True)
    assert bound("x", closed, x=Const("a"))["x"] == Const("a")
    assert bound("x", open_, x=Const("a"))["x"] == Const("a", Strength.DEFAULT, "x")
    assert bound("x", closed, x=NONE)["x"] == NONE
    milestones = ListValue([number(30)])
    assert bound("x", open_, x=milestones)["x"] is milestones
    unknown = bound("x", open_, x=NONE)["x"]
    assert isinstance(unknown, Opaque)
    assert unknown.path == "x"
    missing = bound("x", closed)["x"]
    assert isinstance(missing, Opaque)
    assert missing.path == "x"
