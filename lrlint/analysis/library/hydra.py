"""hydra: the settings that ``@hydra.main(config_path="conf", config_name="config")`` hands over."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import calls
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import files, settings
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    External,
    File,
    Instance,
    ListValue,
    Opaque,
    Store,
)

_SELF = "_self_"


class _Unsupported(Exception):
    """The list of defaults says something that is not followed: nothing is known then."""


def config(machine: Machine, decorator: cst.Call) -> AnyValue | None:
    """The settings of a function that hydra runs, None where they cannot be found."""
    match machine.evaluate(decorator.func):
        case External(name="hydra.main") | Opaque(external="hydra.main"):
            pass
        case _:
            return None
    arguments = calls.evaluate_arguments(machine, decorator)
    folder = files.named(arguments.get(0, "config_path"))
    name = files.named(arguments.get(1, "config_name"))
    here = files.named(machine.scope.find("__file__"))
    if name is None or here is None:
        return None
    root = files.joined(files.above(here), *([] if folder is None else [folder]))
    if root is None:
        return None
    try:
        return _Composer(machine, root).file("", name.name)
    except _Unsupported:
        return None


class _Composer:
    """Puts the files of a folder of settings together."""

    def __init__(self, machine: Machine, root: File) -> None:
        self._at = machine
        self._root = root
        self._loaded: set[str] = set()

    def file(self, group: str, name: str) -> Instance:
        """A file of a group (the root's is empty), with all that its list of defaults names."""
        name = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
        path = _below(group, name)
        if path in self._loaded:
            raise _Unsupported
        self._loaded.add(path)
        file = files.joined(self._root, Const(path))
        found = settings.as_namespace(files.loaded(self._at, file, "hydra"))
        if not isinstance(found, Instance):
            raise _Unsupported
        merged = settings.namespace(Store())
        for part in self._parts(group, found):
            settings.update(merged, part)
        return merged

    def _parts(self, group: str, found: Instance) -> list[Instance]:
        """What a file consists of, the stronger behind the weaker."""
        listed = found.store.data.pop("defaults", None)
        entries = list(listed.items or ()) if isinstance(listed, ListValue) else []
        if not any(isinstance(one, Const) and one.value == _SELF for one in entries):
            entries.append(Const(_SELF))
        parts: list[Instance] = []
        for entry in entries:
            match entry:
                case Const(value=value) if value == _SELF:
                    parts.append(found)
                case Const(value=str() as name):
                    inner, _, last = _relative(name).rpartition("/")
                    parts.append(self.file(_below(group, inner), last))
                case Instance(store=store):
                    for key, option in store.data.items():
                        parts += self._chosen(group, str(key), option)
                case _:
                    raise _Unsupported
        return parts

    def _chosen(self, group: str, key: str, option: AnyValue) -> list[Instance]:
        """The option of a group, under the keys that lead to it."""
        if key.startswith(("override hydra/", "hydra/")):
            return []  # hydra's own
        if not isinstance(option, Const):
            raise _Unsupported
        if option.value is None:
            return []
        inner = _relative(key.removeprefix("optional "))
        chosen = self.file(_below(group, inner), str(option.value))
        for part in reversed(inner.split("/")):
            chosen = settings.namespace(Store({part: chosen}))
        return [chosen]


def _relative(name: str) -> str:
    """A name that counts from the group of its file, and stays under its own keys."""
    if not name or name.startswith("/") or "@" in name or " " in name:
        raise _Unsupported
    return name


def _below(group: str, name: str) -> str:
    return "/".join(part for part in (group, name) if part)


__all__ = ["config"]
