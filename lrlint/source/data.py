"""Settings files that scripts load, as plain Python values; nothing in them is executed."""

from __future__ import annotations

import configparser
import importlib
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from lrlint.source.disk import Disk

Format: TypeAlias = Literal["hydra", "ini", "json", "omegaconf", "toml", "yaml"]
"""``omegaconf`` is YAML in which 1e-3 is a number, as in YAML 1.2; to PyYAML it is a string.
``hydra`` is the same under the key that its place in the folders gives it."""

AT_THE_ROOT: Final = "@package _global_"
"""The key of a ``hydra`` file's settings where they belong to no group, whatever its folder."""
_AT_THE_ROOT: Final = re.compile(rf"\s*#\s*{AT_THE_ROOT}\s*(?:\n|\Z)")

LARGEST: Final = 65_536
"""Bytes; a larger file holds data, not settings."""
_LONGEST: Final = 2_000
"""Characters of a row of YAML or TOML: their parsers take time that grows with its square."""
_EXPONENT: Final = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+\Z")
_MOST_MERGES: Final = 20
"""Merge keys (``<<``) of a YAML file: each copies what it merges."""


def read_data(path: Path, format_: Format, disk: Disk) -> object:
    """Return what a file holds; None where it cannot be read, or is not of that format."""
    data = disk.read(path, LARGEST)
    try:
        text = None if data is None else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if text is None:
        return None
    return parse_data(text.replace("\r\n", "\n").replace("\r", "\n"), format_)


def parse_data(text: str, format_: Format) -> object:
    """Return what a text holds; None where it is not of that format."""
    if format_ != "json" and any(len(row) > _LONGEST for row in text.split("\n")):
        return None
    try:
        return _PARSERS[format_](text)
    except Exception:  # PyYAML raises IndexError, AttributeError and others, too
        return None


def _yaml(text: str, *, exponents: bool = False) -> object:
    import yaml  # 20 ms, which most runs do without

    if text.count("<<") > _MOST_MERGES:
        raise ValueError("too many merge keys")
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        """Merges no lists, which may hold the same mapping any number of times."""

        def flatten_mapping(self, node: Any) -> None:
            for key, value in node.value:
                if key.value == "<<" and isinstance(value, yaml.SequenceNode):
                    raise ValueError("a list of mappings to merge")
            super().flatten_mapping(node)

    if exponents:
        Loader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, [*"-+0123456789"])
    return yaml.load(text, Loader=Loader)


def _omegaconf(text: str) -> object:
    return _yaml(text, exponents=True)


def _hydra(text: str) -> object:
    content = _omegaconf(text)
    content = {} if content is None else content
    if "@package" not in text:
        return content
    if _AT_THE_ROOT.match(text) is None or text.count("@package") > 1:
        raise ValueError("it belongs elsewhere")
    return {AT_THE_ROOT: content}


def _toml(text: str) -> object:
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    found: object = toml.loads(text)
    return found


def _ini(text: str) -> object:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    found = {name: dict(parser[name]) for name in parser}
    values = [value for section in found.values() for value in section.values()]
    if any("%" in value or "$" in value for value in values):
        raise ValueError("one value may refer to another")
    return found


_PARSERS: Final[Mapping[Format, Callable[[str], object]]] = {
    "hydra": _hydra,
    "ini": _ini,
    "json": json.loads,
    "omegaconf": _omegaconf,
    "toml": _toml,
    "yaml": _yaml,
}

__all__ = ["AT_THE_ROOT", "LARGEST", "Format", "parse_data", "read_data"]
