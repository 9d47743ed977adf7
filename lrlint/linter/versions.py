"""``required-version``: the versions of lrlint that may read a configuration."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from importlib import metadata

from lrlint.errors import ConfigError

_CONDITION = re.compile(r"\s*(==|!=|>=|<=|>|<|~=)?\s*v?(\d+(?:\.\d+)*)(\.\*)?\s*")
_Release = tuple[int, ...]
_COMPARE: dict[str, Callable[[_Release, _Release], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def demand(wanted: str, origin: str, installed: str | None = None) -> None:
    """Raise ConfigError where the installed version is not among those that are wanted."""
    installed = installed or metadata.version("lrlint")
    met = [_meets(condition, installed, origin) for condition in wanted.split(",")]
    if not all(met):
        raise ConfigError(f"{origin}: {wanted} is required, but this is lrlint {installed}")


def _meets(condition: str, installed: str, origin: str) -> bool:
    """Whether a release meets a condition as in PEP 440; a version alone means ``==``."""
    match = _CONDITION.fullmatch(condition)
    sign = "==" if match is None else match[1] or "=="
    if match is None or (match[3] and sign not in ("==", "!=")):
        raise ConfigError(f'{origin}: expected versions, as ">=0.1,<1"; {condition!r} is not one')
    wanted = _release(match[2])
    numbers = re.match(r"\d+(?:\.\d+)*", installed)
    have = _release(numbers[0] if numbers else "0")
    if sign in _COMPARE:
        return _COMPARE[sign](_trimmed(have), _trimmed(wanted))
    if sign == "~=":
        return have >= wanted and have[: len(wanted) - 1] == wanted[:-1]
    same = have[: len(wanted)] == wanted if match[3] else _trimmed(have) == _trimmed(wanted)
    return same is (sign == "==")


def _release(text: str) -> _Release:
    return tuple(map(int, text.split(".")))


def _trimmed(release: _Release) -> _Release:
    """Return a release without zeros at its end: 1.0 is 1."""
    while len(release) > 1 and not release[-1]:
        release = release[:-1]
    return release
