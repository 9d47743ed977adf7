"""Parameters, and how a call's arguments are assigned to them, as Python itself does it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeGuard


class _Required(Enum):
    REQUIRED = "required"

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required.REQUIRED
"""The default of a parameter that has none."""


@dataclass(frozen=True)
class Parameter:
    """One argument of a scheduler; `default` is `REQUIRED` where there is none."""

    name: str
    default: object = REQUIRED
    keyword_only: bool = False


def parameters_of(function: Callable[..., object]) -> tuple[Parameter, ...]:
    """Return the parameters of `function` after the first, the optimizer."""
    return tuple(
        Parameter(
            parameter.name,
            REQUIRED if parameter.default is parameter.empty else parameter.default,
            parameter.kind is parameter.KEYWORD_ONLY,
        )
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    )


def assign(
    callee: str,
    parameters: Sequence[Parameter],
    args: Sequence[object],
    keywords: Mapping[str, object],
    hidden: int,
) -> dict[str, object]:
    """Return the value of every parameter by name, defaults filled in; no value is looked at.

    Raises TypeError with Python's own message. `hidden` positional parameters (`self`, the
    optimizer) come before `parameters` and count in that message only.
    """
    positional = [parameter for parameter in parameters if not parameter.keyword_only]
    names = {parameter.name for parameter in parameters}
    bound = dict(zip((parameter.name for parameter in positional), args, strict=False))
    for name, value in keywords.items():
        if name not in names:
            raise TypeError(f"{callee} got an unexpected keyword argument {name!r}")
        if name in bound:
            raise TypeError(f"{callee} got multiple values for argument {name!r}")
        bound[name] = value
    if len(args) > len(positional):
        least = hidden + sum(parameter.default is REQUIRED for parameter in positional)
        most = hidden + len(positional)
        takes = f"from {least} to {most}" if least < most else f"{most}"
        plural = "" if least == most == 1 else "s"
        raise TypeError(
            f"{callee} takes {takes} positional argument{plural} "
            f"but {hidden + len(args)} were given"
        )
    missing = [p.name for p in positional if p.default is REQUIRED and p.name not in bound]
    if missing:
        raise TypeError(
            f"{callee} missing {len(missing)} required positional "
            f"argument{'s' * (len(missing) > 1)}: {_listed(missing)}"
        )
    return {p.name: bound.get(p.name, p.default) for p in parameters}


def _listed(names: Iterable[str]) -> str:
    quoted = [repr(name) for name in names]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return ", ".join(quoted[:-1]) + f", and {quoted[-1]}"


def is_number(value: object) -> TypeGuard[float]:
    """Whether `value` is a plain known number (a bool counts; NaN and symbols do not)."""
    return isinstance(value, (int, float)) and value == value


def is_whole(value: float) -> bool:
    """Whether a counter, which takes whole values only, can ever equal `value`."""
    return isinstance(value, int) or value.is_integer()


def per_group(name: str, value: Any, count: int) -> list[Any]:
    """Return one value per param group; ValueError for a list of another length than `count`."""
    if not isinstance(value, (list, tuple)):
        return [value] * count
    if len(value) != count:
        raise ValueError(f"{name} has {len(value)} values for {count} param groups")
    return list(value)
