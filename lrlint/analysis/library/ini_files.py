"""``configparser``: settings in the sections of an ``.ini`` file, all of them texts."""

from __future__ import annotations

from typing import Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import get_item
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import paths
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.library.settings_files import converted, loaded
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.source.data import LARGEST, parse_data

_READER: Final = LibraryKind.INI_READER
_TRUE: Final = frozenset({"1", "yes", "true", "on"})
_FALSE: Final = frozenset({"0", "no", "false", "off"})


@models("configparser.ConfigParser", "configparser.RawConfigParser")
def _reader(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    if not arguments.keywords.keys() <= {"interpolation"} or arguments.positional or arguments.open:
        return Opaque()  # other delimiters, other comments, other defaults
    reader = Instance(None, Store(), setting=True, kind=_READER, open=True)
    machine.instances.append(reader)
    return reader


@models_method(_READER, "read", "read_file")
def _read(machine: Machine, reader: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Take the sections of a file; of several files, the last that has a setting counts."""
    given = arguments.positional[0] if arguments.positional else None
    names = given.items if isinstance(given, ListValue) and given.items else [given]
    for name in names:
        _take(machine, reader, loaded(machine, paths.named(name), "ini"))
    return Opaque()


@models_method(_READER, "read_string")
def _read_text(
    machine: Machine, reader: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Take the sections of a text of the script."""
    match arguments.get(0, "string"):
        case Const(value=str() as text) if len(text) < LARGEST:
            _take(machine, reader, converted(machine, parse_data(text, "ini"), "ini"))
    return Opaque()


def _take(machine: Machine, reader: Instance, sections: AnyValue) -> None:
    """Add sections to those of a reader."""
    if not isinstance(sections, DictValue):
        return
    for key, section in sections.store.data.items():
        if isinstance(section, DictValue):
            section.complete = False
            section.path = f'{reader.path or "config"}["{key}"]'
            machine.write(reader.store, key, section)


@models_method(_READER, "get")
def _get(machine: Machine, reader: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    section, option = arguments.get(0, "section"), arguments.get(1, "option")
    if not isinstance(section, Const) or not isinstance(option, Const):
        return Opaque()
    options = reader.store.data.get(str(section.value))
    if not isinstance(options, DictValue):
        return Opaque()
    return get_item(machine, options, Const(str(option.value).lower()), None)


@models_method(_READER, "getint", "getfloat")
def _number(machine: Machine, reader: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    text = _get(machine, reader, arguments, node)
    return machine.call(External("builtins.float"), Arguments([text]), node)


@models_method(_READER, "getboolean")
def _flag(machine: Machine, reader: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    match _get(machine, reader, arguments, node):
        case Const(value=str() as text, strength=strength, path=path) if (
            text.lower() in _TRUE | _FALSE
        ):
            return Const(text.lower() in _TRUE, strength, path)
    return Opaque()
