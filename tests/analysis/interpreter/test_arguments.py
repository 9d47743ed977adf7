"""Arguments of a call: by keyword first, then by position."""

from __future__ import annotations

from lrlint.analysis.interpreter.arguments import Arguments

from .fake import FakeMachine, number

machine = FakeMachine("f(1, b=2)")
first, second = (machine.here(argument.value) for argument in machine.expression().args)
arguments = Arguments([number(1)], {"b": number(2)}, {0: first, "b": second})


def test_an_argument_is_found_by_keyword_or_position() -> None:
    assert arguments.get(0, "a") == number(1)
    assert arguments.get(0, "b") == number(2)
    assert arguments.get(1, "c") is None


def test_the_place_of_an_argument() -> None:
    assert arguments.place(0, "a") is first
    assert arguments.place(0, "b") is second
    assert arguments.place(1) is None


def test_all_arguments_positional_ones_first() -> None:
    assert arguments.all() == [number(1), number(2)]
