"""transformers' ``HfArgumentParser``: a command line made of the fields of data classes."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.frameworks import transformers_arguments
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import items_of
from lrlint.analysis.library.registry import (
    models,
    models_method,
    models_subclass,
    qualified,
)
from lrlint.analysis.library.subclasses import without_name
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    Const,
    External,
    Instance,
    LibraryKind,
    ListValue,
    Opaque,
    Store,
)

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
    LibraryKind.DATACLASS_PARSER,
    *("parse_args_into_dataclasses", "parse_args_and_config", "parse"),
    *("parse_json_file", "parse_yaml_file", "parse_dict"),
)
def _parse(machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return an object of each data class, with its defaults: the user sets other values.

    All methods give the same objects: scripts call one or another, as the command line asks.
    """
    known = parser.store.data.get("parsed")
    if not isinstance(known, ListValue):
        types = items_of(parser.store.data[_TYPES]) or []
        known = ListValue([_defaults(machine, value, node) for value in types], kind="tuple")
        parser.store.data["parsed"] = known
    rest = arguments.get(1, "return_remaining_strings")
    if isinstance(rest, Const) and rest.value is True:
        return ListValue([*(known.items or ()), Opaque()], kind="tuple")
    return known


def _defaults(machine: Machine, value: AnyValue, node: cst.Call) -> AnyValue:
    """Return an object of a data class whose fields the user may set."""
    made: AnyValue | None = None
    if isinstance(value, ClassValue):
        made = machine.library.construct(machine, value, Arguments(), node)
    elif isinstance(value, External):
        name = value.name.rsplit(".", 1)[-1]
        if name in transformers_arguments.CLASSES:
            made = transformers_arguments.build(machine, None, name, Arguments(), node)
    if isinstance(made, Instance):
        made.setting = True
        for field, default in made.store.data.items():
            made.store.data[field] = without_name(default)
        return made
    return Opaque()
