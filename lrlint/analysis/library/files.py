"""Settings files: how scripts name them, open them, and what they load from them.

A file of the project that a script loads by a name which is written down, in the script or as an
option's default, gives the numbers that it holds. They count as defaults: another file may take its
place.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from lrlint.analysis import numeric
from lrlint.analysis.library.registry import Model
from lrlint.analysis.library.settings import as_namespace
from lrlint.analysis.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    File,
    ListValue,
    Opaque,
    Store,
)
from lrlint.symbolic import Strength
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter
    from lrlint.source.data import Format

_DEEPEST: Final = 30
_MOST: Final = 10_000
"""Levels, and values in all, that are taken from a file: YAML's aliases may repeat without end."""


# -- names of files -------------------------------------------------------------------------------


def named(value: AnyValue | None) -> File | None:
    """The file that a value is, or the name of."""
    match value:
        case File():
            return value
        case Const(value=str() as name, strength=strength) if name and "\0" not in name:
            return File(name, strength)
    return None


def joined(*parts: AnyValue) -> File | None:
    """``Path("configs") / "train.yaml"``."""
    names = [named(part) for part in parts]
    known = [one for one in names if one is not None]
    if not known or len(known) < len(names):
        return None
    strength = max(one.strength for one in known)
    return File(os.path.join(*(one.name for one in known)), strength)


def _path(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    if not arguments.positional:
        return File(".")
    return joined(*arguments.positional) or Opaque()


def _as_text(file: File | None) -> AnyValue:
    return Opaque() if file is None else Const(file.name, file.strength)


def _join(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return _as_text(joined(*arguments.positional))


def _same(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return _as_text(named(arguments.get(0)))


def _folder(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    file = named(arguments.get(0))
    return _as_text(None if file is None else above(file))


def above(file: File) -> File:
    """The folder that a file is in."""
    return File(os.path.dirname(os.path.normpath(file.name)) or ".", file.strength)


def _exists(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return exists(at, named(arguments.get(0)), at.unit.code(node))


def exists(at: Interpreter, file: File | None, text: str) -> AnyValue:
    """Whether there is such a file: true of one that is there, open of any other."""
    if file is not None and at.project.data_file(at.unit, file.name) is not None:
        return Const(True, Strength.DEFAULT, text)
    return Opaque()


def member(file: File, name: str) -> AnyValue | None:
    """An attribute of a path, or None where it is a method's or not known."""
    match name:
        case "parent":
            return above(file)
        case "name":
            return Const(os.path.basename(file.name), file.strength)
        case "stem":
            return Const(os.path.splitext(os.path.basename(file.name))[0], file.strength)
        case "suffix":
            return Const(os.path.splitext(file.name)[1], file.strength)
    return None


def method(
    at: Interpreter, file: File, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue:
    """A method of a path or of an open file."""
    match name:
        case "open":
            return _opened(file, arguments.get(0, "mode"))
        case "joinpath":
            return joined(file, *arguments.positional) or Opaque()
        case "exists" | "is_file":
            return exists(at, file, at.unit.code(node))
        case "as_posix" | "__str__":
            return _as_text(file)
        case "absolute" | "expanduser" | "resolve" | "read" | "read_bytes" | "read_text":
            return file
    return Opaque()


# -- loading --------------------------------------------------------------------------------------


def _open(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return _opened(named(arguments.get(0, "file")), arguments.get(1, "mode"))


def _opened(file: File | None, mode: AnyValue | None) -> AnyValue:
    reads = mode is None or (isinstance(mode, Const) and "r" in str(mode.value))
    return Opaque() if file is None or not reads else file


def _loads(format_: Format) -> Model:
    def model(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
        return loaded(at, arguments.get(0), format_)

    return model


def _loads_namespace(format_: Format) -> Model:
    """The same for what is read by attribute: ``OmegaConf.load("config.yaml").train.epochs``."""

    def model(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
        return as_namespace(loaded(at, arguments.get(0, "filename"), format_))

    return model


def loaded(at: Interpreter, source: AnyValue | None, format_: Format) -> AnyValue:
    """What a file of the project holds; an unknown where it is not there or cannot be read."""
    file = named(source)
    data = None if file is None else at.project.data(at.unit, file.name, format_)
    return Opaque() if data is None else _Reader(at).value(data, 0)


class _Reader:
    """Plain Python values as the analyser's own."""

    def __init__(self, at: Interpreter) -> None:
        self._at = at
        self._left = _MOST

    def value(self, data: object, depth: int) -> AnyValue:
        """What stands for some data."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return Opaque()
        match data:
            case None:
                return NONE
            case bool():
                return Const(data)
            case str():  # OmegaConf and hydra fill in others: "${train.epochs}"
                return Opaque() if "${" in data else Const(data)
            case int() | float():
                return numeric.from_python(data)
            case list():
                return ListValue([self.value(one, depth + 1) for one in data])
            case dict():
                found = DictValue(Store(), setting=True)
                for key, one in data.items():
                    if isinstance(key, (str, int)):
                        found.store.data[key] = self.value(one, depth + 1)
                    else:
                        found.complete = False
                self._at.dicts.append(found)
                return found
        return Opaque()


def _of_text(format_: Format) -> Model:
    """``json.loads``: the text of a file, for what else is parsed is not written in one."""

    def model(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
        text = arguments.get(0)
        return loaded(at, text, format_) if isinstance(text, File) else Opaque()

    return model


MODELS: dict[str, Model] = {
    "builtins.open": _open,
    "io.open": _open,
    "codecs.open": _open,
    "pathlib.Path": _path,
    "pathlib.PosixPath": _path,
    "os.path.join": _join,
    "os.path.abspath": _same,
    "os.path.expanduser": _same,
    "os.path.normpath": _same,
    "os.path.realpath": _same,
    "os.fspath": _same,
    "os.path.dirname": _folder,
    "os.path.exists": _exists,
    "os.path.isfile": _exists,
    "json.load": _loads("json"),
    "json.loads": _of_text("json"),
    "toml.load": _loads("toml"),
    "toml.loads": _of_text("toml"),
    "tomllib.load": _loads("toml"),
    "tomllib.loads": _of_text("toml"),
    "tomli.load": _loads("toml"),
    "tomli.loads": _of_text("toml"),
    **{
        f"yaml.{name}": _loads("yaml")
        for name in ("load", "full_load", "safe_load", "unsafe_load")
        # each takes a text as well as a file
    },
    "omegaconf.OmegaConf.load": _loads_namespace("yaml"),
    "box.Box.from_json": _loads_namespace("json"),
    "box.Box.from_toml": _loads_namespace("toml"),
    "box.Box.from_yaml": _loads_namespace("yaml"),
}


__all__ = ["MODELS", "above", "exists", "joined", "loaded", "member", "method", "named"]
