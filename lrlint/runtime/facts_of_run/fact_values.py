"""Values of a run as facts hold them."""

from __future__ import annotations

from typing import Any

from lrlint.facts import Unknown
from lrlint.symbolic import Expr


def number_fact(value: Any) -> Expr | None:
    """Return a number as an Expr; None for anything else, NaN and infinity included."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return Expr.const(value)
        except (ValueError, OverflowError):
            return None
    return None


def value_fact(value: Any) -> object:
    """Return an argument's value as ``Argument.value`` holds it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    number = number_fact(value)
    if number is not None:
        return number
    if isinstance(value, (list, tuple)):
        return tuple(value_fact(element) for element in value)
    return Unknown(text_of(value))


def text_of(value: Any) -> str:
    """Return a plain value as text, of anything else the name of its class."""
    return str(value) if isinstance(value, (bool, int, float, str)) else type(value).__name__
