"""The settings of a run, and ``[tool.lrlint]`` in ``pyproject.toml``."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lrlint.diagnostics import Severity
from lrlint.errors import ConfigError
from lrlint.linter.selection import Layer

if TYPE_CHECKING:
    from lrlint.source.ignore import IgnoreFile

SECTION = "tool.lrlint"
NEVER = "never"


@dataclass(frozen=True)
class Patterns:
    """Patterns as in a gitignore file, relative to a folder."""

    base: Path
    patterns: tuple[str, ...]

    def match(self, path: Path) -> bool:
        """Whether a pattern matches the file or a folder that holds it."""
        path = _absolute(path)
        if not path.is_relative_to(self.base):
            return False
        relative = path.relative_to(self.base)
        folders = [parent for parent in relative.parents if parent.name]
        return bool(self._rules.verdict(relative.as_posix(), is_directory=False)) or any(
            self._rules.verdict(folder.as_posix(), is_directory=True) for folder in folders
        )

    @cached_property
    def _rules(self) -> IgnoreFile:
        from lrlint.source.ignore import IgnoreFile

        return IgnoreFile(self.base, self.patterns)


@dataclass(frozen=True)
class Settings:
    """Everything that changes what lrlint reports."""

    layers: tuple[Layer, ...] = ()
    """Which rules are on: the configuration file's choice, then the command line's."""
    exclude: tuple[Patterns, ...] = ()
    """What is left out of folders."""
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    """Selectors and the severity that their rules have instead of their own."""
    pedantic: bool = False
    fail_on: Severity | None = Severity.WARNING
    """The least severity that makes the exit status 1; None: none does."""
    root: Path | None = None
    """The folder that patterns are relative to; None: the working directory."""
    file: Path | None = None
    """The configuration file that was read."""

    @property
    def base(self) -> Path:
        return self.root or Path.cwd()

    def exclusions(self) -> tuple[tuple[str, ...], tuple[Patterns, ...]]:
        """Return the exclusions relative to the working directory, and the others."""
        cwd = Path.cwd()
        here = [pattern for one in self.exclude if one.base == cwd for pattern in one.patterns]
        return tuple(here), tuple(one for one in self.exclude if one.base != cwd)

    def origin(self, key: str) -> str:
        """Return the name of a configuration key in messages."""
        return key if self.file is None else f"{_shown(self.file)}: {SECTION}.{key}"


def load(paths: Iterable[Path], config: Path | None = None) -> Settings:
    """Return the settings in ``config``, else in the nearest ``pyproject.toml`` that has any.

    The search goes up from the folder that all ``paths`` have in common.
    """
    if config is not None:
        return read(config, _table(config, required=True) or {})
    for folder in _upwards(paths):
        file = folder / "pyproject.toml"
        if os.path.isfile(file) and (table := _table(file, required=False)) is not None:
            return read(file, table)
    return Settings()


def _upwards(paths: Iterable[Path]) -> Iterable[Path]:
    folders = [str(path if os.path.isdir(path) else path.parent) for path in map(_absolute, paths)]
    try:
        start = Path(os.path.commonpath(folders)) if folders else Path.cwd()
    except ValueError:  # paths on several drives
        start = Path.cwd()
    return (start, *start.parents)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _table(file: Path, *, required: bool) -> dict[str, Any] | None:
    """Return ``[tool.lrlint]``; files of another name may hold the keys at their top level."""
    from lrlint.source import read_bytes  # not for `--help`

    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        content = read_bytes(file)
        if not required and b"lrlint" not in content:  # most projects then need no TOML parser
            return None
        data: dict[str, Any] = toml.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{_shown(file)}: {error.strerror or error}") from None
    except (UnicodeDecodeError, toml.TOMLDecodeError) as error:
        raise ConfigError(f"{_shown(file)}: not valid TOML: {error}") from None
    tool = data.get("tool")
    table = tool.get("lrlint") if isinstance(tool, dict) else None
    if table is None:
        return data if required and file.name != "pyproject.toml" else None
    if not isinstance(table, dict):
        raise ConfigError(f"{_shown(file)}: {SECTION}: expected a table")
    return table


def read(file: Path, table: Mapping[str, Any]) -> Settings:
    """Check ``table`` key by key and turn it into settings."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            close = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(_KEYS)}"
            raise ConfigError(f"{_shown(file)}: {SECTION}: unknown key {key!r}{hint}")
        expected, convert = _KEYS[key]
        try:
            values[key] = convert(value)
        except (TypeError, KeyError):
            raise ConfigError(f"{_shown(file)}: {SECTION}.{key}: expected {expected}") from None
    selectors = ("select", "extend-select", "ignore")
    layer = Layer(
        select=values.get("select"),
        extend_select=values.get("extend-select", ()),
        ignore=values.get("ignore", ()),
        origin={key: f"{_shown(file)}: {SECTION}.{key}" for key in selectors},
    )
    root = _absolute(file).parent
    excluded = values.get("exclude", ())
    return Settings(
        layers=(layer,),
        exclude=(Patterns(root, excluded),) if excluded else (),
        per_file_ignores=values.get("per-file-ignores", ()),
        severity=values.get("severity", ()),
        pedantic=values.get("pedantic", False),
        fail_on=values.get("fail-on", Severity.WARNING),
        root=root,
        file=file,
    )


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _severity(value: object) -> Severity:
    if not isinstance(value, str):
        raise TypeError
    return Severity.parse(value)


def parse_fail_on(value: object) -> Severity | None:
    """Return the severity of ``error``, ``warning``, ``advice``; None for ``never``.

    Raises TypeError or KeyError for anything else.
    """
    return None if value == NEVER else _severity(value)


def _severities(value: object) -> tuple[tuple[str, Severity], ...]:
    if not isinstance(value, dict):
        raise TypeError
    return tuple((selector, _severity(item)) for selector, item in value.items())


def _ignores(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise TypeError
    return tuple((pattern, _strings(item)) for pattern, item in value.items())


_LIST = 'a list of strings, as ["LR1", "t-max-mismatch"]'
_KEYS: dict[str, tuple[str, Callable[[object], Any]]] = {
    "select": (_LIST, _strings),
    "extend-select": (_LIST, _strings),
    "ignore": (_LIST, _strings),
    "exclude": ('a list of patterns, as ["vendored/"]', _strings),
    "per-file-ignores": ('a table, as { "tests/*" = ["LR101"] }', _ignores),
    "severity": ('a table, as { LR301 = "error" } with error, warning or advice', _severities),
    "pedantic": ("true or false", _boolean),
    "fail-on": ('"error", "warning", "advice" or "never"', parse_fail_on),
}
"""Each key, with what its value looks like and the function that reads it."""


def _shown(file: Path) -> str:
    """Return the file's path, relative where it lies below the working directory."""
    absolute = _absolute(file)
    cwd = Path.cwd()
    return (absolute.relative_to(cwd) if absolute.is_relative_to(cwd) else absolute).as_posix()
