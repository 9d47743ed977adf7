"""Names of files and open files: ``pathlib``, ``os.path``, `open`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_attribute, models_method
from lrlint.analysis.model.values import AnyValue, Const, File, Opaque
from lrlint.symbolic import Strength

if TYPE_CHECKING:
    from pathlib import Path


_SETTINGS: Final = re.compile(r"(?i)\.(?:json|toml|ya?ml)$")
_LEFT_BY_RUNS: Final = re.compile(
    r"(?i)(?<![a-z])(?:state|checkpoint|ckpt|resume|snapshot|progress|history|metric|result|log)s?"
    r"(?![a-z])"
)
"""Files that a run leaves behind. A new run has none, and one that exists is another run's."""


def named(value: AnyValue | None) -> File | None:
    """Return the file that a value is or names."""
    match value:
        case File():
            return value
        case Const(value=str() as name, strength=strength) if name and "\0" not in name:
            return File(name, strength)
    return None


def joined(*parts: AnyValue) -> File | None:
    """Return ``Path("configs") / "train.yaml"``."""
    files = [file for part in parts if (file := named(part)) is not None]
    if not files or len(files) < len(parts):
        return None
    strength = max(file.strength for file in files)
    return File(os.path.join(*(file.name for file in files)), strength)


def folder_of(file: File) -> File:
    """Return the folder that a file is in."""
    return File(os.path.dirname(os.path.normpath(file.name)) or ".", file.strength)


def is_left_by_a_run(file: File) -> bool:
    """Whether a file looks like the state or the log of a run, by its name."""
    return _LEFT_BY_RUNS.search(os.path.basename(file.name)) is not None


def located(machine: Machine, file: File) -> Path | None:
    """Return the path of a file that exists.

    A relative name counts from the script that is run, then from the module that asks.
    """
    homes = dict.fromkeys((next(iter(machine.scopes)), machine.unit))
    paths = (machine.project.data_file(home, file.name) for home in homes)
    return next((path for path in paths if path is not None), None)


# -- names ----------------------------------------------------------------------------------------


@models("pathlib.Path", "pathlib.PosixPath")
def _path(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    if not arguments.positional:
        return File(".")
    return joined(*arguments.positional) or Opaque()


@models_method(File, "joinpath")
def _joinpath(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
    return joined(file, *arguments.positional) or Opaque()


@models_method(File, "absolute", "expanduser", "resolve")
def _resolve(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
    return file


@models_method(File, "as_posix", "__str__")
def _as_posix(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _text_of(file)


@models_attribute(File, "parent")
def _parent(machine: Machine, file: File) -> AnyValue:
    return folder_of(file)


@models_attribute(File, "name")
def _name(machine: Machine, file: File) -> AnyValue:
    return Const(os.path.basename(file.name), file.strength)


@models_attribute(File, "stem")
def _stem(machine: Machine, file: File) -> AnyValue:
    return Const(os.path.splitext(os.path.basename(file.name))[0], file.strength)


@models_attribute(File, "suffix")
def _suffix(machine: Machine, file: File) -> AnyValue:
    return Const(os.path.splitext(file.name)[1], file.strength)


@models("os.path.join")
def _join(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _text_of(joined(*arguments.positional))


@models(
    "os.path.abspath", "os.path.expanduser", "os.path.normpath", "os.path.realpath", "os.fspath"
)
def _abspath(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _text_of(named(arguments.get(0)))


@models("os.path.dirname")
def _dirname(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    file = named(arguments.get(0))
    return _text_of(None if file is None else folder_of(file))


def _text_of(file: File | None) -> AnyValue:
    return Opaque() if file is None else Const(file.name, file.strength)


# -- files ----------------------------------------------------------------------------------------


@models("os.path.exists", "os.path.isfile")
def _exists(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _whether_exists(machine, named(arguments.get(0)), node)


@models_method(File, "exists", "is_file")
def _path_exists(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _whether_exists(machine, file, node)


def _whether_exists(machine: Machine, file: File | None, node: cst.Call) -> AnyValue:
    """Return True for a settings file that exists, an unknown for any other file."""
    if file is None or not _SETTINGS.search(file.name) or is_left_by_a_run(file):
        return Opaque()
    if located(machine, file) is None:
        return Opaque()
    return Const(True, Strength.DEFAULT, machine.unit.code(node))


@models("builtins.open", "io.open", "codecs.open")
def _open(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _opened(named(arguments.get(0, "file")), arguments.get(1, "mode"))


@models_method(File, "open")
def _path_open(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _opened(file, arguments.get(0, "mode"))


def _opened(file: File | None, mode: AnyValue | None) -> AnyValue:
    reads = mode is None or (isinstance(mode, Const) and "r" in str(mode.value))
    return file if file is not None and reads else Opaque()


@models_method(File, "read", "read_bytes", "read_text")
def _read(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the file itself, from which ``json.loads`` gets its settings."""
    return file
