"""Settings that are read by attribute: `argparse.Namespace`, OmegaConf, EasyDict, wandb's."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import containers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import entries
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)


def namespace(store: Store) -> Instance:
    """Return settings that are read by attribute; there may be others than are known."""
    return Instance(None, store, setting=True, kind=LibraryKind.NAMESPACE, open=True)


def as_namespace(value: AnyValue) -> AnyValue:
    """Return a dict, and all dicts in it, as objects whose keys are read as attributes."""
    if isinstance(value, ListValue) and value.items is not None:
        return replace(value, items=[as_namespace(item) for item in value.items])
    if not isinstance(value, DictValue):
        return value
    store = Store({key: as_namespace(item) for key, item in value.store.data.items()})
    return Instance(
        None, store, value.path, setting=value.setting, kind=LibraryKind.NAMESPACE, open=True
    )


def changeable(machine: Machine, settings: Instance) -> Instance:
    """Let the interpreter know of attributes that a loop may change; return the settings."""
    machine.instances.append(settings)
    for value in settings.store.data.values():
        if isinstance(value, Instance) and value.kind is LibraryKind.NAMESPACE:
            changeable(machine, value)
    return settings


def update(target: Instance, other: Instance) -> None:
    """Put the values of one namespace, and of all in it, into another."""
    for key, value in other.store.data.items():
        known = target.store.data.get(key)
        if isinstance(known, Instance) and isinstance(value, Instance):
            update(known, value)
        else:
            target.store.data[key] = _copied(value)


def _copied(value: AnyValue) -> AnyValue:
    if not (isinstance(value, Instance) and value.cls is None):
        return value
    copy = replace(value, store=Store())
    update(copy, value)
    return copy


@models(
    "argparse.Namespace",
    "types.SimpleNamespace",
    "easydict.EasyDict",
    "addict.Dict",
    "munch.Munch",
    "munch.munchify",
    "ml_collections.ConfigDict",
    "ml_collections.config_dict.ConfigDict",
    "box.Box",
)
def _namespace(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``SimpleNamespace(epochs=10)``, ``Namespace(**config)``, ``EasyDict({...})``."""
    store = Store()
    for value in arguments.positional:
        if isinstance(value, DictValue) and value.path is None:
            store.data.update(value.store.data)  # they get their names from the namespace
        else:
            store.data.update(dict(entries(machine, value) or []))
    store.data.update(arguments.keywords)
    setting = any(isinstance(value, DictValue) and value.setting for value in arguments.positional)
    if not machine.unit.code(node.func).endswith("Namespace"):
        for key, value in list(store.data.items()):
            store.data[key] = as_namespace(value)
    settings = Instance(
        None, store, setting=setting, kind=LibraryKind.NAMESPACE, open=arguments.open
    )
    return changeable(machine, settings)


@models_method(LibraryKind.NAMESPACE, "update")
def _update(machine: Machine, settings: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``config.update(vars(args), epochs=10)``; what else it is given is not known."""
    containers.update(machine, DictValue(settings.store), arguments)
    return NONE


@models("omegaconf.OmegaConf.create")
def _create(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0)
    settings = None if value is None else as_namespace(value)
    return changeable(machine, settings) if isinstance(settings, Instance) else Opaque()


@models("omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.unsafe_merge")
def _merge(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``OmegaConf.merge(OmegaConf.load("config.yaml"), OmegaConf.from_cli())``.

    Unknown arguments, such as the command line, may override the known ones, which are defaults.
    """
    values = [as_namespace(value) for value in arguments.positional]
    known = [value for value in values if isinstance(value, Instance) and value.cls is None]
    if not known:
        return Opaque()
    merged = namespace(Store())
    for settings in known:
        update(merged, settings)
    return changeable(machine, merged)


@models("wandb.init")
def _wandb_init(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    config = arguments.keywords.get("config")
    run = Instance(None, Store(), path="run", kind=LibraryKind.WANDB_RUN, open=True)
    if config is not None:
        run.store.data["config"] = config
        settings = as_namespace(config)
        if isinstance(settings, Instance) and settings is not config:
            settings.path, settings.setting = None, True  # a sweep of wandb's may set them
        machine.write(machine.patched, "wandb.config", settings)
    return run
