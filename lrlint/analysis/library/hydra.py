"""hydra: the settings that ``@hydra.main(config_path="conf", config_name="config")`` hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import calls
from lrlint.analysis.library import files, settings
from lrlint.analysis.values import (
    AnyValue,
    Const,
    External,
    File,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


def config(at: Interpreter, decorator: syn.Call) -> AnyValue | None:
    """The settings of a function that hydra runs, None where they cannot be found."""
    match at.evaluate(decorator.func):
        case External(name="hydra.main") | Opaque(external="hydra.main"):
            pass
        case _:
            return None
    arguments = calls.evaluate_arguments(at, decorator)
    folder = files.named(arguments.get(0, "config_path"))
    name = files.named(arguments.get(1, "config_name"))
    here = files.named(at.scope.find("__file__"))
    if name is None or here is None:
        return None
    parts = [files.above(here), *([] if folder is None else [folder])]
    return _load(at, files.joined(*parts), name.name, set())


def _load(at: Interpreter, folder: File | None, name: str, loaded: set[str]) -> Instance | None:
    """One file of settings, on top of those that its list of defaults names; each file once."""
    name = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    file = None if folder is None or name in loaded else files.joined(folder, Const(name))
    loaded.add(name)
    found = None if file is None else settings.as_namespace(files.loaded(at, file, "yaml"))
    if not isinstance(found, Instance):
        return None
    merged = Instance(None, Store(), setting=True, external="namespace", open=True)
    for one in _defaults(at, folder, found, loaded):
        settings.update(merged, one)
    settings.update(merged, found)
    return merged


def _defaults(
    at: Interpreter, folder: File | None, found: Instance, loaded: set[str]
) -> list[Instance]:
    listed = found.store.data.pop("defaults", None)
    parts: list[Instance] = []
    for entry in (listed.items or []) if isinstance(listed, ListValue) else []:
        match entry:
            case Const(value=str() as name) if name != "_self_":
                if (base := _load(at, folder, name, loaded)) is not None:
                    parts.append(base)
            case Instance(store=store):
                for group, option in store.data.items():
                    if not (isinstance(group, str) and isinstance(option, Const) and option.value):
                        continue
                    group = group.removeprefix("optional ").rpartition("@")[0] or group
                    chosen = _load(at, folder, f"{group}/{option.value}", loaded)
                    if chosen is not None:
                        parts.append(_under(group, chosen))
    return parts


def _under(group: str, chosen: Instance) -> Instance:
    """The settings of a group, ``optimizer/sgd``, where its package is not given."""
    for part in reversed(group.split("/")):
        chosen = Instance(
            None, Store({part: chosen}), setting=True, external="namespace", open=True
        )
    return chosen


__all__ = ["config"]
