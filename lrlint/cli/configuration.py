"""What the command line says of the configuration: ``--config``, and options that override it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from lrlint.errors import ConfigError
from lrlint.linter.config import Config, convert, parse
from lrlint.linter.resolve import Resolver


def resolver_for(
    configs: Iterable[str],
    options: Mapping[str, Any] | None = None,
    *,
    isolated: bool = False,
    near: Path | None = None,
) -> Resolver:
    """Return the settings of files as the command line has them.

    ``configs`` are the values of ``--config``: a file, or settings as ``KEY = VALUE``; ``options``
    are the options that are also keys, which override those. ``near`` is the file whose
    configuration holds for the run.
    """
    file: Path | None = None
    above: list[Config] = []
    for text in configs:
        if "=" in text and not os.path.exists(text):  # also where it is too long for a name
            above.append(_inline(text))
        elif file is not None:
            raise ConfigError(f"--config: one file can be read, not {file} and {text}")
        else:
            file = Path(text)
    if file is not None and isolated:
        raise ConfigError("--config FILE cannot be combined with --isolated")
    above.append(Config(options or {}, Path.cwd(), "--"))
    return Resolver(above, file=file, isolated=isolated, near=near or Path("lrlint"))


def split(values: Iterable[str]) -> tuple[str, ...]:
    """Split selectors or patterns at their commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _inline(text: str) -> Config:
    """Return the settings in ``KEY = VALUE``, where the value is TOML."""
    try:
        table = parse(text)
    except ValueError as error:
        raise ConfigError(
            f"--config: {text!r} is neither a file nor a setting such as 'fail-on = \"error\"'"
            f" ({error})"
        ) from None
    for key in ("extend", "required-version"):
        if key in table:
            raise ConfigError(f"--config: {key} belongs in a file")
    return Config(convert(table, "--config: ", "--config"), Path.cwd(), "--config: ")


def assignments(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, object]:
    """Return ``NAME=VALUE`` pairs, split at the last ``=``: a name may hold others."""
    overrides: dict[str, object] = {}
    for text in values:
        name, equals, value = text.rpartition("=")
        if not equals or not name.strip() or not value.strip():
            raise click.BadParameter(f"{text!r} is not of the form NAME=VALUE")
        overrides[name.strip()] = _parsed(text, value.strip())
    return overrides


def _parsed(text: str, value: str) -> object:
    if value in ("True", "False"):
        return value == "True"
    for kind in (int, float):
        try:
            number = kind(value.replace("_", "") if kind is int else value)
        except ValueError:
            continue
        if isinstance(number, float) and not math.isfinite(number):
            raise click.BadParameter(f"{text!r}: the value must be finite")
        return number
    return value.strip("\"'")
