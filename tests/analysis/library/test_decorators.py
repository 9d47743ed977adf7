"""What decorators make of functions."""

from __future__ import annotations

import pytest

from .scripts import UNKNOWN, value_of


@pytest.mark.parametrize(
    ("decorator", "code", "result"),
    [
        ("staticmethod", "Box.size(3)", 3),
        ("property", "Box().whole", "Box"),
        ("functools.cached_property", "Box().whole", "Box"),
    ],
)
def test_methods(decorator: str, code: str, result: object) -> None:
    script = f"""
import functools
class Box:
    @{decorator}
    def size(value):
        return value

    @{decorator}
    def whole(self):
        return "Box"
"""
    assert value_of(code, script) == result


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("Plan.of(4).epochs", 4),
        ("Plan(1).of(4).epochs", 4),
        ("Long.of(4).epochs", 40),
        ("Long.twice(4).epochs", 80),
    ],
)
def test_a_class_method_receives_the_class(code: str, result: int) -> None:
    script = """
class Plan:
    def __init__(self, epochs):
        self.epochs = epochs

    @classmethod
    def of(cls, epochs):
        return cls(epochs)

class Long(Plan):
    def __init__(self, epochs):
        self.epochs = 10 * epochs

    @classmethod
    def twice(cls, epochs):
        return super().of(2 * epochs)
"""
    assert value_of(code, script) == result


@pytest.mark.parametrize(
    ("options", "result"),
    [
        ("'--epochs', default=3", 3),
        ("'--epochs', '-e', default=3", 3),
        ("'-e', 'epochs', default=3", 3),
        ("'--epochs/--no-epochs', default=True", True),
        ("'--epochs', is_flag=True", False),
        ("'--epochs'", UNKNOWN),
        ("'--epochs', default=0, multiple=True", UNKNOWN),  # a tuple
        ("'--epochs', default=(3, 5), multiple=True", [3, 5]),
        ("'--epochs', nargs=2", UNKNOWN),
        ("'--epochs', default=7, multiple=False, nargs=1", 7),
    ],
)
@pytest.mark.parametrize("decorator", ["click.option", "click.argument"])
def test_an_option_of_click_is_a_default(decorator: str, options: str, result: object) -> None:
    script = f"import click\n@{decorator}({options})\ndef main(epochs):\n    return epochs\n"
    assert value_of("main()", script) == result


def test_a_function_that_remembers_gives_the_same_object() -> None:
    script = (
        "from functools import cache\n@cache\ndef make(n):\n    return [n]\nmake(1).append(2)\n"
    )
    assert value_of("make(1)", script) == [1, 2]
    assert value_of("make(2)", script) == [2]
