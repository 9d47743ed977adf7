"""Settings files that scripts load, as plain Python values; nothing in them is executed."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

Format: TypeAlias = Literal["json", "toml", "yaml"]

_LARGEST: Final = 200_000
"""Bytes; a larger file holds data, not settings."""
_MOST_MERGES: Final = 20
"""Merge keys (``<<``) of a YAML file: each may double what it holds."""


def read_data(path: Path, format_: Format) -> object:
    """What a file holds; None where it cannot be read, or is not of that format."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        return parse_data(path.read_text(encoding="utf-8-sig"), format_)
    except (OSError, UnicodeDecodeError):
        return None


def parse_data(text: str, format_: Format) -> object:
    """What a text holds; None where it is not of that format."""
    try:
        return _PARSERS[format_](text)
    except (ValueError, RecursionError, OverflowError):
        return None


def _yaml(text: str) -> object:
    import yaml  # 20 ms, which most runs do without

    if text.count("<<") > _MOST_MERGES:
        raise ValueError("too many merge keys")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise ValueError(str(error)) from error


def _toml(text: str) -> object:
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    found: object = toml.loads(text)
    return found


_PARSERS: Final[Mapping[Format, Callable[[str], object]]] = {
    "json": json.loads,
    "toml": _toml,
    "yaml": _yaml,
}

__all__ = ["Format", "parse_data", "read_data"]
