"""transformers' ``HfArgumentParser``: a command line made of the fields of data classes."""

from __future__ import annotations

from contextlib import suppress

import libcst as cst

from lrlint.analysis.frameworks import transformers_arguments
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import from_python, items_of
from lrlint.analysis.library import paths, settings_files
from lrlint.analysis.library.registry import (
    models,
    models_method,
    models_subclass,
    qualified,
)
from lrlint.analysis.library.subclasses import without_name
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    External,
    File,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.source.data import Format

_NAMES = ("HfArgumentParser", "TrlParser")
_TYPES = "dataclass_types"


@models(
    *qualified(("transformers", "transformers.hf_argparser"), "HfArgumentParser"),
    *qualified(("trl", "trl.scripts.utils"), "TrlParser"),
)
def _parser(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a parser that knows its data classes."""
    types = arguments.get(0, _TYPES)
    known: list[AnyValue] | None = None
    if isinstance(types, (ClassValue, External)):
        known = [types]
    elif types is not None:
        known = items_of(types)
    if not known or not all(isinstance(value, (ClassValue, External)) for value in known):
        return Opaque()
    store = Store({_TYPES: ListValue(known)})
    return Instance(None, store, kind=LibraryKind.DATACLASS_PARSER, open=True)


@models_subclass(*_NAMES)
def _own_parser(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    return _parser(machine, arguments, node)


@models_method(
    LibraryKind.DATACLASS_PARSER, "parse_args_into_dataclasses", "parse_args_and_config", "parse"
)
def _parse(machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    line = arguments.get(0, "args")
    given = _of_line(line.items) if isinstance(line, ListValue) and line.items is not None else {}
    parsed = _parsed(machine, parser, given, node)
    rest = arguments.get(1, "return_remaining_strings")
    if isinstance(rest, Const) and rest.value is True:
        return ListValue([*(parsed.items or ()), Opaque()], kind="tuple")
    return parsed


@models_method(LibraryKind.DATACLASS_PARSER, "parse_dict", "parse_json_file", "parse_yaml_file")
def _parse_file(
    machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    source = next(iter(arguments.all()), None)
    if isinstance(source, (Const, File)):
        called = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        format_: Format = "yaml" if "yaml" in called else "json"
        source = settings_files.loaded(machine, paths.named(source), format_)
        if not isinstance(source, DictValue):
            return _parsed(machine, parser, None, node)
    if not isinstance(source, DictValue):
        return _parsed(machine, parser, {}, node)
    given = {key: value for key, value in source.store.data.items() if isinstance(key, str)}
    return _parsed(machine, parser, given if source.complete else None, node)


def _parsed(
    machine: Machine, parser: Instance, given: dict[str, AnyValue] | None, node: cst.Call
) -> ListValue:
    """Return an object of each data class; ``given`` is None where what is given is not known.

    What is not given has its default, which the user may change. A script that calls one method or
    another, as its command line says, gets the same objects from each.
    """
    types = items_of(parser.store.data[_TYPES]) or []
    known = parser.store.data.get("parsed")
    if given == {} and isinstance(known, ListValue):
        return known
    made = ListValue([_filled(machine, value, given, node) for value in types], kind="tuple")
    if given == {}:
        parser.store.data["parsed"] = made
    return made


def _of_line(line: list[AnyValue]) -> dict[str, AnyValue] | None:
    """Return what a command line of ``--name value`` sets; None where it says anything else."""
    words = [word.value if isinstance(word, Const) else None for word in line]
    given: dict[str, AnyValue] = {}
    texts = [text for word in words if isinstance(word, str) for text in word.split("=", 1)]
    if len(texts) % 2 or not all(isinstance(word, str) for word in words):
        return None
    for flag, text in zip(texts[::2], texts[1::2], strict=True):
        if not flag.startswith("--") or text.startswith("--"):
            return None
        given[flag[2:].replace("-", "_")] = _converted(text)
    return given


def _converted(text: str) -> AnyValue:
    """Return a word of a command line as the field takes it."""
    if text.lower() in ("true", "false"):
        return Const(text.lower() == "true")
    for number in (int, float):
        with suppress(ValueError):
            return from_python(number(text))
    return Const(text)


def _filled(
    machine: Machine, value: AnyValue, given: dict[str, AnyValue] | None, node: cst.Call
) -> AnyValue:
    """Return an object of a data class with the values that are given."""
    made: AnyValue | None = None
    if isinstance(value, ClassValue):
        made = machine.library.construct(machine, value, Arguments(), node)
    elif isinstance(value, External):
        name = value.name.rsplit(".", 1)[-1]
        if name in transformers_arguments.CLASSES:
            made = transformers_arguments.build(machine, None, name, Arguments(), node)
    if not isinstance(made, Instance):
        return Opaque()
    made.setting = True
    fields = made.store.data
    for field, default in fields.items():
        fields[field] = Opaque() if given is None else without_name(default)
    fields.update({name: value for name, value in (given or {}).items() if name in fields})
    return made
