"""What a condition asks that compares no numbers: a setting, an unknown value, an exception."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum


class Nature(Enum):
    """The kind of value that a condition depends on, where it cannot be computed."""

    FLAG = "flag"
    """A setting: argparse flag, config entry, parameter."""
    METRIC = "metric"
    """A value measured during training: a loss, an accuracy."""
    RANK = "rank"
    """Which process this is."""
    OTHER = "other"
    """A value that the script changes in a loop, without measuring anything."""


CHANGING = frozenset({Nature.METRIC, Nature.OTHER})
"""Natures of conditions that may differ from one iteration of a loop to another."""


class Asks(Enum):
    """What a question asks of its subject."""

    __hash__ = object.__hash__  # that of `Enum` is a function in Python

    ACCUMULATION = "accumulate()"
    EQUALS = "=="
    EXCEPTION = "except"
    IDENTITY = "is"
    INSTANCE = "isinstance"
    MEMBERSHIP = "in"
    PATTERN = "case"
    TRUTH = "if"
    UNKNOWN = "?"
    SEVERAL = "and, or"


class Identity:
    """An object as the subject of a question: equal to itself only, and kept alive.

    With ``id(value)`` instead, another value could get the id of one that is gone.
    """

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self._value is other._value

    def __hash__(self) -> int:
        return id(self._value)


@dataclass(frozen=True, slots=True)
class Question:
    """What a flag says. Two flags with the same question are the same condition.

    Two that ask whether one subject equals different values exclude each other.
    """

    asks: Asks
    subject: Hashable = None
    """The name of a setting, or the `Identity` of an unknown value."""
    value: Hashable = None
    """What the subject is compared with."""
