"""Settings files: what a script loads with ``json``, ``toml``, ``yaml``, OmegaConf or ``box``.

A file of the project gives the numbers that it holds where its name is known, from the script or
from the default of an option. They count as defaults, because a user may take another file.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import paths
from lrlint.analysis.library.namespaces import as_namespace
from lrlint.analysis.library.registry import Model, models
from lrlint.analysis.model.values import (
    BELOW,
    NONE,
    AnyValue,
    Const,
    DictValue,
    File,
    ListValue,
    Opaque,
    Store,
)
from lrlint.source.data import LARGEST, Format, parse_data
from lrlint.symbolic import Strength

_DEEPEST: Final = 30
_MOST: Final = 10_000
"""Levels, and values in all, that are taken from a file: YAML's aliases may repeat without end."""
_LARGEST: Final = 1e15
"""Greater numbers count no steps."""


def loaded(machine: Machine, file: File | None, format_: Format) -> AnyValue:
    """Return the content of a file of the project, an unknown where it cannot be read."""
    if file is None or (format_ != "hydra" and paths.is_left_by_a_run(file)):
        return Opaque()  # hydra reads what its lists of defaults name, `model_checkpoint` too
    path = paths.located(machine, file)
    data = None if path is None else machine.project.data(path, format_)
    if data is None:
        return Opaque()
    return converted(machine, data, format_, os.path.basename(file.name) + BELOW)


def converted(machine: Machine, data: object, format_: Format, name: str = "") -> AnyValue:
    """Return plain values of Python as the analyser's own, unknown if they are none of YAML's."""
    return _Converter(machine, references=format_ == "hydra").value(data, 0, name)


class _Converter:
    """Turns the plain Python values of a file into the analyser's own."""

    def __init__(self, machine: Machine, *, references: bool = False) -> None:
        self._machine = machine
        self._references = references
        """Whether a reference is an unknown with its text as a name, to be replaced by a value."""
        self._left = _MOST

    def value(self, data: object, depth: int, name: str) -> AnyValue:
        """Return some data as a value that has a name until the script gives it another."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return Opaque()
        match data:
            case str() if "${" in data:  # OmegaConf and hydra fill in another: "${train.epochs}"
                return Opaque(data if self._references else None)
            case None | bool() | str():
                return Const(data, Strength.DEFAULT, name)
            case int() | float() if -_LARGEST < data < _LARGEST:
                return self._machine.named_number(name, data, Strength.DEFAULT)
            case list():
                items = enumerate(data)
                return ListValue([self.value(x, depth + 1, f"{name}[{i}]") for i, x in items])
            case dict():
                return self._dict(data, depth, name)
        return Opaque()

    def _dict(self, data: dict[object, object], depth: int, name: str) -> DictValue:
        result = DictValue(Store(), setting=True)
        above = name and name.removesuffix(BELOW) + BELOW
        for key, value in data.items():
            if isinstance(key, (str, int)):
                result.store.data[key] = self.value(value, depth + 1, f"{above}{key}")
            else:
                result.complete = False
        self._machine.dicts.append(result)
        return result


def _loads(format_: Format) -> Model:
    """Return a model of ``yaml.safe_load(file)`` and ``json.loads(text)``."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        match arguments.get(0):
            case File() as file:
                return loaded(machine, file, format_)
            case Const(value=str() as text) if len(text) < LARGEST:
                data = parse_data(text, format_)
                return Opaque() if data is None else _Converter(machine).value(data, 0, "")
        return Opaque()

    return model


@models("json.load", "json.loads")
def _json(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``json.load(file)``, with an ``object_hook=lambda d: SimpleNamespace(**d)`` or none."""
    value, hook = _loads("json")(machine, arguments, node), arguments.keywords.get("object_hook")
    return value if hook is None or hook == NONE else _hooked(machine, value, hook, node)


def _hooked(machine: Machine, value: AnyValue, hook: AnyValue, node: cst.Call) -> AnyValue:
    """Return a value with what a function makes of each dict in it, the innermost first."""
    match value:
        case DictValue(store=store):
            for key, inner in store.data.items():
                store.data[key] = _hooked(machine, inner, hook, node)
            return machine.call(hook, Arguments([value]), node)
        case ListValue(items=list() as items):
            return replace(value, items=[_hooked(machine, one, hook, node) for one in items])
    return value


def _loads_by_name(format_: Format) -> Model:
    """Return a model of ``toml.load("config.toml")``."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        return loaded(machine, paths.named(arguments.get(0)), format_)

    return model


def _loads_namespace(format_: Format) -> Model:
    """Return a model of ``OmegaConf.load("config.yaml")``, which is read by attribute."""

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        return as_namespace(loaded(machine, paths.named(arguments.get(0, "filename")), format_))

    return model


models("toml.load")(_loads_by_name("toml"))
models("toml.loads", "tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads")(_loads("toml"))
models("yaml.full_load", "yaml.load", "yaml.safe_load", "yaml.unsafe_load")(_loads("yaml"))
models("omegaconf.OmegaConf.load")(_loads_namespace("omegaconf"))
models("box.Box.from_yaml")(_loads_namespace("yaml"))
models("box.Box.from_json")(_loads_namespace("json"))
models("box.Box.from_toml")(_loads_namespace("toml"))
