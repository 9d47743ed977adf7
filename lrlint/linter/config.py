"""Configurations: ``[tool.lrlint]`` in ``pyproject.toml``, ``lrlint.toml``, and options."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lrlint.diagnostics import Severity
from lrlint.errors import ConfigError
from lrlint.linter.keys import KEYS
from lrlint.linter.selection import Layer
from lrlint.linter.settings import (
    FileIgnores,
    Patterns,
    Rating,
    RuleOption,
    Settings,
    absolute,
    shown,
)

SECTION = "tool.lrlint"
PYPROJECT = "pyproject.toml"
NAMES = (".lrlint.toml", "lrlint.toml", PYPROJECT)
"""The files that configure a folder and those below it; the first of them counts."""


@dataclass(frozen=True)
class Config:
    """What one source says: a file, or the command line."""

    values: Mapping[str, Any]
    """By key, as :data:`KEYS` read them."""
    base: Path
    """The folder that its paths are relative to."""
    origin: str = ""
    """What comes before a key in messages: ``pyproject.toml: tool.lrlint.`` or ``--``."""
    file: Path | None = None

    def key(self, name: str) -> str:
        """Return a key as messages name it."""
        return f"{self.origin}{name}"


def nearest(folder: Path) -> tuple[Config, ...] | None:
    """Return the configuration in a folder, after those it extends; None where it has none."""
    for name in NAMES:
        if os.path.isfile(os.path.join(folder, name)):
            file = folder / name
            found = _table(file, required=name != PYPROJECT)
            if found is not None:
                return chain(file, found)
    return None


def chain(file: Path, found: tuple[dict[str, Any], str] | None = None) -> tuple[Config, ...]:
    """Return the configurations that a file extends, the farthest first, and its own last."""
    configs: list[Config] = []
    files = [absolute(file)]
    while True:
        config = read(file, *(found or _table(file, required=True) or ({}, "")))
        configs.insert(0, config)
        if "extend" not in config.values:
            return tuple(configs)
        file, found = _extended(config), None
        if file in files:
            circle = " → ".join(map(shown, (*files[files.index(file) :], file)))
            raise ConfigError(f"{config.key('extend')}: a circle: {circle}")
        files.append(file)


def _extended(config: Config) -> Path:
    file = absolute(config.base / os.path.expanduser(config.values["extend"]))
    if not os.path.isfile(file):
        raise ConfigError(f"{config.key('extend')}: no such file: {shown(file)}")
    return file


def _table(file: Path, *, required: bool) -> tuple[dict[str, Any], str] | None:
    """Return the table of a file and what precedes its keys in messages."""
    from lrlint.source import read_bytes  # not for `--help`

    try:
        content = read_bytes(file)
        if not required and b"lrlint" not in content:  # most projects then need no TOML parser
            return None
        data = parse(content.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{shown(file)}: {error.strerror or error}") from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise ConfigError(f"{shown(file)}: not valid TOML: {error}") from None
    tool = data.get("tool")
    table = tool.get("lrlint") if isinstance(tool, dict) else None
    if table is None:
        if file.name == PYPROJECT:
            return ({}, f"{SECTION}.") if required else None
        return data, ""
    if not isinstance(table, dict):
        raise ConfigError(f"{shown(file)}: {SECTION}: expected a table")
    return table, f"{SECTION}."


def parse(text: str) -> dict[str, Any]:
    """Parse TOML. Raises a ValueError."""
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        return cast("dict[str, Any]", toml.loads(text))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def read(file: Path, table: Mapping[str, Any], prefix: str = f"{SECTION}.") -> Config:
    """Check the table of a file key by key."""
    where = shown(file)
    values = convert(table, f"{where}: {prefix}", f"{where}: {prefix}".rstrip(".: "))
    config = Config(values, absolute(file).parent, f"{where}: {prefix}", absolute(file))
    if "required-version" in values:
        from lrlint.linter.versions import demand

        demand(values["required-version"], config.key("required-version"))
    return config


def convert(table: Mapping[str, Any], origin: str, where: str) -> dict[str, Any]:
    """Return the values of a table as settings have them; ConfigError for what makes no sense.

    ``origin`` comes before a key in messages, ``where`` before the name of an unknown one.
    """
    values: dict[str, Any] = {}
    for name, value in table.items():
        key = KEYS.get(name)
        if key is None:
            close = difflib.get_close_matches(name, KEYS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(KEYS)}"
            raise ConfigError(f"{where}: unknown key {name!r}{hint}")
        try:
            values[name] = key.kind.read(value)
        except (TypeError, KeyError, ValueError):
            raise ConfigError(f"{origin}{name}: expected {key.expected}") from None
    return values


def combine(configs: Iterable[Config]) -> Settings:
    """Return the settings of configurations; each overrides those before it."""
    configs = tuple(configs)
    exclude: list[Patterns] = []
    ignores: dict[str, FileIgnores] = {}
    ratings: dict[str, Rating] = {}
    options: dict[tuple[str, str], RuleOption] = {}
    numbers: dict[str, object] = {}
    for config in configs:
        values = config.values
        if "exclude" in values:
            exclude = []
        exclude += [
            Patterns(config.base, values[key])
            for key in ("exclude", "extend-exclude")
            if values.get(key)
        ]
        ignores |= {
            pattern: FileIgnores(
                Patterns(config.base, (pattern,)), selectors, config.key("per-file-ignores")
            )
            for pattern, selectors in values.get("per-file-ignores", {}).items()
        }
        ratings |= {
            selector: Rating(selector, severity, config.key("severity"))
            for selector, severity in values.get("severity", {}).items()
        }
        options |= {
            (rule, name): RuleOption(rule, name, value, config.key("rules"))
            for rule, named in values.get("rules", {}).items()
            for name, value in named.items()
        }
        numbers |= values.get("set", {})
    every = {key: value for config in configs for key, value in config.values.items()}
    return Settings(
        layers=tuple(map(_layer, configs)),
        fixable=tuple(
            Layer(
                select=config.values.get("fixable"),
                ignore=config.values.get("unfixable", ()),
                origin=(("select", config.key("fixable")), ("ignore", config.key("unfixable"))),
            )
            for config in configs
            if config.values.keys() & {"fixable", "unfixable"}
        ),
        exclude=tuple(exclude),
        force_exclude=every.get("force-exclude", False),
        per_file_ignores=tuple(ignores.values()),
        severity=tuple(ratings.values()),
        options=tuple(options.values()),
        numbers=tuple(numbers.items()),
        pedantic=every.get("pedantic", False),
        fail_on=every.get("fail-on", Severity.WARNING),
        baseline=_baseline(configs),
        files=tuple(config.file for config in configs if config.file is not None),
    )


def _baseline(configs: Iterable[Config]) -> Path | None:
    """Return the baseline that the last of the configurations names; None where that is unset."""
    baseline: Path | None = None
    for config in configs:
        if "baseline" in config.values:
            file = config.values["baseline"]
            baseline = None if file is None else absolute(config.base / os.path.expanduser(file))
    return baseline


def _layer(config: Config) -> Layer:
    values = config.values
    keys = ("select", "extend-select", "ignore", "extend-ignore")
    return Layer(
        select=values.get("select"),
        extend_select=values.get("extend-select", ()),
        ignore=values.get("ignore", ()),
        extend_ignore=values.get("extend-ignore", ()),
        origin=tuple((key, config.key(key)) for key in keys),
    )
