"""Frozen dataclasses as JSON values and back, checked as they are read: a cache may be hostile."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def encode(value: Any) -> Any:
    """Return a dataclass as the list of its fields. Raises TypeError for what JSON cannot hold."""
    match value:
        case enum.Enum():
            return value.name
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list():
            return [encode(element) for element in value]
        case Mapping():
            return [[encode(key), encode(element)] for key, element in value.items()]
    if is_dataclass(value):
        return [encode(getattr(value, field.name)) for field in fields(value)]
    raise TypeError(f"{type(value).__name__} cannot be kept")


def decode(kind: type[Record], value: object) -> Record:
    """Return the dataclass that :func:`encode` made a list of. Raises ValueError for any other."""
    found: Record = _decode(kind, value)
    return found


def _decode(kind: Any, value: Any) -> Any:
    """Return a value of a type from JSON data; raise ValueError where the data does not fit."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in (None, type(None), bool, int, str) and type(value) is (kind or type(None)):
        return value
    if kind is type(None) and value is None:
        return None
    if kind is float and type(value) in (int, float):
        return float(value)
    if origin in (Union, types.UnionType):
        for option in inner:
            with suppress(ValueError):
                return _decode(option, value)
    elif origin is not None and isinstance(value, list):
        if origin is tuple and inner[1:] == (...,):
            return tuple(_decode(inner[0], element) for element in value)
        if origin is tuple and len(inner) == len(value):
            return tuple(map(_decode, inner, value))
        if issubclass(origin, Mapping):
            pairs = (_decode(tuple[inner], pair) for pair in value)  # type: ignore[valid-type]
            return dict(pairs)
    elif isinstance(kind, type):
        if issubclass(kind, enum.Enum) and isinstance(value, str) and value in kind.__members__:
            return kind[value]
        if is_dataclass(kind) and isinstance(value, list) and len(value) == len(_kinds(kind)):
            return kind(*map(_decode, _kinds(kind), value))
    raise ValueError(f"not a {kind}")


@cache
def _kinds(record: type) -> tuple[Any, ...]:
    """Return the types of a dataclass's fields."""
    hints = get_type_hints(record)
    return tuple(hints[field.name] for field in fields(record))
