"""Settings files: how scripts name them, open them, and what they load from them.

A file of the project that a script loads by a name which is written down, in the script or as an
option's default, gives the numbers that it holds. They count as defaults: another file may take its
place.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import Model, models
from lrlint.analysis.library.settings import as_namespace
from lrlint.analysis.model.values import (
    BELOW,
    AnyValue,
    Const,
    DictValue,
    File,
    ListValue,
    Opaque,
    Store,
)
from lrlint.source.data import Format
from lrlint.symbolic import Strength

if TYPE_CHECKING:
    from pathlib import Path


_DEEPEST: Final = 30
_MOST: Final = 10_000
"""Levels, and values in all, that are taken from a file: YAML's aliases may repeat without end."""
_LARGEST: Final = 1e15
"""Greater numbers count no steps."""
_SETTINGS: Final = re.compile(r"(?i)\.(?:json|toml|ya?ml)$")
_STATE: Final = re.compile(
    r"(?i)(?<![a-z])(?:state|checkpoint|ckpt|resume|snapshot|progress|history|metric|result|log)s?"
    r"(?![a-z])"
)
"""Files that a run leaves behind: what they hold is another one's, and an ordinary run has none."""


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


@models("pathlib.Path", "pathlib.PosixPath")
def _path(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    if not arguments.positional:
        return File(".")
    return joined(*arguments.positional) or Opaque()


def _as_text(file: File | None) -> AnyValue:
    return Opaque() if file is None else Const(file.name, file.strength)


@models("os.path.join")
def _join(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _as_text(joined(*arguments.positional))


@models(
    "os.path.abspath", "os.path.expanduser", "os.path.normpath", "os.path.realpath", "os.fspath"
)
def _same(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _as_text(named(arguments.get(0)))


@models("os.path.dirname")
def _folder(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    file = named(arguments.get(0))
    return _as_text(None if file is None else above(file))


def above(file: File) -> File:
    """The folder that a file is in."""
    return File(os.path.dirname(os.path.normpath(file.name)) or ".", file.strength)


@models("os.path.exists", "os.path.isfile")
def _exists(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return exists(machine, named(arguments.get(0)), machine.unit.code(node))


def exists(machine: Machine, file: File | None, text: str) -> AnyValue:
    """Whether there is such a file: true of one that is there, open of any other."""
    if file is None or not _SETTINGS.search(file.name) or _is_state(file):
        return Opaque()
    return Opaque() if _found(machine, file) is None else Const(True, Strength.DEFAULT, text)


def _found(machine: Machine, file: File) -> Path | None:
    """A file where it is: a relative name counts from the script that is run, else from the module
    that asks."""
    homes = dict.fromkeys((next(iter(machine.scopes)), machine.unit))
    paths = (machine.project.data_file(home, file.name) for home in homes)
    return next((path for path in paths if path is not None), None)


def _is_state(file: File) -> bool:
    return _STATE.search(os.path.basename(file.name)) is not None


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
    machine: Machine, file: File, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """A method of a path or of an open file."""
    match name:
        case "open":
            return _opened(file, arguments.get(0, "mode"))
        case "joinpath":
            return joined(file, *arguments.positional) or Opaque()
        case "exists" | "is_file":
            return exists(machine, file, machine.unit.code(node))
        case "as_posix" | "__str__":
            return _as_text(file)
        case "absolute" | "expanduser" | "resolve" | "read" | "read_bytes" | "read_text":
            return file
    return Opaque()


# -- loading --------------------------------------------------------------------------------------


@models("builtins.open", "io.open", "codecs.open")
def _open(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _opened(named(arguments.get(0, "file")), arguments.get(1, "mode"))


def _opened(file: File | None, mode: AnyValue | None) -> AnyValue:
    reads = mode is None or (isinstance(mode, Const) and "r" in str(mode.value))
    return Opaque() if file is None or not reads else file


def _loads(format_: Format) -> Model:
    """``yaml.safe_load(f)``, ``json.loads(path.read_text())``; a text of the script's is none."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        source = arguments.get(0)
        return loaded(machine, source, format_) if isinstance(source, File) else Opaque()

    return model


def _loads_by_name(format_: Format) -> Model:
    """``toml.load("config.toml")``."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        return loaded(machine, named(arguments.get(0)), format_)

    return model


def _loads_namespace(format_: Format) -> Model:
    """The same for what is read by attribute: ``OmegaConf.load("config.yaml").train.epochs``."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        return as_namespace(loaded(machine, named(arguments.get(0, "filename")), format_))

    return model


def loaded(machine: Machine, file: File | None, format_: Format) -> AnyValue:
    """What a file of the project holds; an unknown where it is not there or cannot be read."""
    path = None if file is None or _is_state(file) else _found(machine, file)
    if file is None or path is None:
        return Opaque()
    data = machine.project.data(path, format_)
    name = os.path.basename(file.name)
    return Opaque() if data is None else _Reader(machine).value(data, 0, name + BELOW)


class _Reader:
    """Plain Python values as the analyser's own."""

    def __init__(self, machine: Machine) -> None:
        self._at = machine
        self._left = _MOST

    def value(self, data: object, depth: int, name: str) -> AnyValue:
        """What stands for some data, which is called so until the script gives it a name."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return Opaque()
        match data:
            case str() if "${" in data:  # OmegaConf and hydra fill in another: "${train.epochs}"
                return Opaque()
            case None | bool() | str():
                return Const(data, Strength.DEFAULT, name)
            case int() | float() if -_LARGEST < data < _LARGEST:
                return self._at.named_number(name, data, Strength.DEFAULT)
            case list():
                items = enumerate(data)
                return ListValue([self.value(one, depth + 1, f"{name}[{i}]") for i, one in items])
            case dict():
                found = DictValue(Store(), setting=True)
                above = name.removesuffix(BELOW) + BELOW
                for key, one in data.items():
                    if isinstance(key, (str, int)):
                        found.store.data[key] = self.value(one, depth + 1, f"{above}{key}")
                    else:
                        found.complete = False
                self._at.dicts.append(found)
                return found
        return Opaque()


models("json.load", "json.loads")(_loads("json"))
models("toml.load")(_loads_by_name("toml"))
models("toml.loads", "tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads")(_loads("toml"))
models("yaml.full_load", "yaml.load", "yaml.safe_load", "yaml.unsafe_load")(_loads("yaml"))
models("omegaconf.OmegaConf.load", "box.Box.from_yaml")(_loads_namespace("yaml"))
models("box.Box.from_json")(_loads_namespace("json"))
models("box.Box.from_toml")(_loads_namespace("toml"))


__all__ = ["above", "exists", "joined", "loaded", "member", "method", "named"]
