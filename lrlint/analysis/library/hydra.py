"""hydra: the settings of ``@hydra.main(config_path="conf", …)`` and of ``compose("config")``."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import calls
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import name_setting
from lrlint.analysis.library import namespaces, paths
from lrlint.analysis.library.command_line import words_of_run
from lrlint.analysis.library.hydra_overrides import NotUnderstood, Overrides, overrides
from lrlint.analysis.library.registry import models
from lrlint.analysis.library.settings_files import converted, loaded
from lrlint.analysis.model.value_queries import library_name
from lrlint.analysis.model.values import (
    BELOW,
    AnyValue,
    Const,
    File,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.source.data import AT_THE_ROOT
from lrlint.symbolic import Expr, Strength

_SELF = "_self_"


class _Unsupported(Exception):
    """The list of defaults uses a feature that is not modelled, so that nothing is known."""


def config(machine: Machine, decorator: cst.Call, parameter: str) -> AnyValue | None:
    """Return the settings that hydra gives to a function, None where they cannot be found.

    ``parameter`` is what the function calls them.
    """
    if not is_main(machine, decorator):
        return None
    arguments = calls.evaluate_arguments(machine, decorator)
    try:
        given = _command_line(machine)
        folder = paths.named(_given(given.path) or arguments.get(0, "config_path"))
        name = paths.named(_given(given.name) or arguments.get(1, "config_name"))
        root = _beside_script(machine, folder)
        if name is None or root is None:
            return None
        settings = _Composer(machine, root, given).settings(name.name)
    except (_Unsupported, NotUnderstood):
        return None
    _Interpolator(machine, settings, parameter).fill(settings)
    return namespaces.changeable(machine, settings)


def _beside_script(machine: Machine, folder: File | None) -> File | None:
    """Return a folder whose name is relative to the folder of the script."""
    here = paths.named(machine.scope.find("__file__"))
    if here is None:
        return None
    return paths.joined(paths.folder_of(here), *([] if folder is None else [folder]))


_FOLDER = "hydra.initialize"
"""Where the state of a script has the folder of its settings."""


@models("hydra.initialize", "hydra.experimental.initialize")
def _initialize(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    folder = _beside_script(machine, paths.named(arguments.get(0, "config_path")))
    machine.write(machine.patched, _FOLDER, folder or Opaque())
    return Opaque()


@models("hydra.initialize_config_dir", "hydra.experimental.initialize_config_dir")
def _initialize_folder(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    folder = paths.named(arguments.get(0, "config_dir"))
    machine.write(machine.patched, _FOLDER, folder or Opaque())
    return Opaque()


@models("hydra.compose", "hydra.experimental.compose")
def _compose(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the settings that begin with a file of the folder."""
    folder, name = machine.patched.data.get(_FOLDER), paths.named(arguments.get(0, "config_name"))
    listed = arguments.get(1, "overrides") or ListValue([])
    if not isinstance(folder, File) or name is None:
        return Opaque()
    try:
        given = overrides(_words(listed.items if isinstance(listed, ListValue) else None))
        settings = _Composer(machine, folder, given).settings(name.name)
    except (_Unsupported, NotUnderstood):
        return Opaque()
    match machine.statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=parameter))]):
            pass
        case _:
            parameter = "cfg"
    _Interpolator(machine, settings, parameter).fill(settings)
    return namespaces.changeable(machine, settings)


def is_main(machine: Machine, decorator: cst.Call) -> bool:
    """Whether a decorator is ``@hydra.main(…)``."""
    return library_name(machine.evaluate(decorator.func)) == "hydra.main"


def _command_line(machine: Machine) -> Overrides:
    """Return what the command line overrides."""
    line = words_of_run(machine)
    return overrides(_words([] if line is None else line.items))


def _words(items: list[AnyValue] | None) -> list[str]:
    """Return texts that are known one by one; raise `NotUnderstood` for any others."""
    texts = [item.value for item in items or () if isinstance(item, Const)]
    known = [text for text in texts if isinstance(text, str)]
    if items is None or len(known) < len(items):
        raise NotUnderstood
    return known


def _given(text: str | None) -> Const | None:
    return None if text is None else Const(text)


class _Composer:
    """Puts the files of a folder of settings together, and what a command line overrides."""

    def __init__(self, machine: Machine, root: File, given: Overrides) -> None:
        self._machine = machine
        self._root = root
        self._given = given
        self._loaded: set[str] = set()
        self._groups: set[str] = set()
        """The groups for which a list of defaults chooses a file."""

    def settings(self, name: str) -> Instance:
        """Return all settings that begin with a file."""
        settings = _in_its_group(self.file("", name))
        for group, option in self._given.values.items():
            if group not in self._groups and self._has(group, option):  # +optimizer=adam
                for part in self._chosen("", group, Const(option)):
                    namespaces.update(settings, part)
        for keys, value in self._given.settings(frozenset(self._groups)):
            name = f"overrides{BELOW}{'.'.join(keys)}"
            _set(settings, keys, converted(self._machine, value, "hydra", name))
        return settings

    def file(self, group: str, name: str) -> Instance:
        """Return a file merged with the files in its list of defaults; the root group is ""."""
        path = _path(group, name)
        if path in self._loaded:
            raise _Unsupported
        self._loaded.add(path)
        content = namespaces.as_namespace(self._content(path))
        if isinstance(content, Instance) and not group:
            content = content.store.data.get(AT_THE_ROOT, content)  # where it is anyway
        if not isinstance(content, Instance):
            raise _Unsupported
        merged = namespaces.namespace(Store())
        for part in self._parts(group, content):
            namespaces.update(merged, part)
        return merged

    def _content(self, path: str) -> AnyValue:
        return loaded(self._machine, paths.joined(self._root, Const(path)), "hydra")

    def _has(self, group: str, name: str) -> bool:
        return not isinstance(self._content(_path(group, name)), Opaque)

    def _parts(self, group: str, content: Instance) -> list[Instance]:
        """Return what a file consists of; later parts override earlier ones."""
        listed = content.store.data.pop("defaults", None)
        entries = list(listed.items or ()) if isinstance(listed, ListValue) else []
        if not any(isinstance(entry, Const) and entry.value == _SELF for entry in entries):
            entries.append(Const(_SELF))
        parts: list[Instance] = []
        for entry in entries:
            match entry:
                case Const(value=value) if value == _SELF:
                    parts.append(content)
                case Const(value=str() as name):
                    inner, _, last = _relative(name).rpartition("/")
                    parts.append(_in_its_group(self.file(_below(group, inner), last)))
                case Instance(store=store):
                    for key, option in store.data.items():
                        parts += self._chosen(group, str(key), option)
                case _:
                    raise _Unsupported
        return parts

    def _chosen(self, group: str, key: str, option: AnyValue) -> list[Instance]:
        """Return the file that is chosen for a group, under the keys of the group."""
        if key.removeprefix("override ").lstrip("/").split("/")[0] == "hydra":
            return []  # settings of hydra itself
        if not isinstance(option, Const):
            raise _Unsupported
        inner = _relative(key.removeprefix("optional "))
        self._groups.add(_below(group, inner))
        option = Const(self._given.values.get(_below(group, inner), option.value))
        if key.startswith("optional ") and not self._has(_below(group, inner), str(option.value)):
            return []
        if option.value is None:
            return []
        chosen = self.file(_below(group, inner), str(option.value))
        content = chosen.store.data.get(AT_THE_ROOT)
        if content is not None:
            if group or not isinstance(content, Instance) or "defaults" in content.store.data:
                raise _Unsupported
            return [content]
        for part in reversed(inner.split("/")):
            chosen = namespaces.namespace(Store({part: chosen}))
        return [chosen]


class _Interpolator:
    """Puts the values in the place of references to them: ``${trainer.max_epochs}``."""

    def __init__(self, machine: Machine, settings: Instance, name: str) -> None:
        self._machine = machine
        self._settings = settings
        self._name = name

    def fill(self, part: Instance, depth: int = 0) -> None:
        """Fill in the references in a part of the settings, and in the parts of that."""
        for key, value in list(part.store.data.items()):
            part.store.data[key] = self._filled(value, depth)

    def _filled(self, value: AnyValue, depth: int) -> AnyValue:
        if isinstance(value, Instance) and depth < _DEEPEST:
            self.fill(value, depth + 1)
        elif isinstance(value, ListValue) and value.items is not None and depth < _DEEPEST:
            return replace(value, items=[self._filled(item, depth + 1) for item in value.items])
        return self._referred(value, 0) if isinstance(value, Opaque) else value

    def _referred(self, value: Opaque, depth: int) -> AnyValue:
        """Return what a reference names, an unknown for any other use of ``${…}``."""
        reference = _REFERENCE.fullmatch(value.path or "")
        if reference is None or depth > _DEEPEST:
            return Opaque()
        *above, last = reference[1].split(".")
        owner: AnyValue | None = self._settings
        for name in above:
            owner = owner.store.data.get(name) if isinstance(owner, Instance) else None
        found = owner.store.data.get(last) if isinstance(owner, Instance) else None
        if isinstance(found, Opaque):
            return self._referred(found, depth + 1)
        if not isinstance(owner, Instance) or not isinstance(found, Expr | Const):
            return Opaque()
        # Both places have the same number, by the name of the one that is referred to.
        path = f"{self._name}.{reference[1]}"
        owner.store.data[last] = name_setting(self._machine, found, path, Strength.DEFAULT)
        return owner.store.data[last]


_REFERENCE = re.compile(r"\$\{\s*(\w+(?:\.\w+)*)\s*\}")
_DEEPEST = 20
"""Levels of settings, and references that lead to references: they may go round in circles."""


def _set(settings: Instance, keys: list[str], value: AnyValue) -> None:
    """Set a value at a path of keys."""
    for key in keys[:-1]:
        inner = settings.store.data.get(key)
        if not isinstance(inner, Instance):
            inner = settings.store.data[key] = namespaces.namespace(Store())
        settings = inner
    settings.store.data[keys[-1]] = namespaces.as_namespace(value)


def _in_its_group(settings: Instance) -> Instance:
    if AT_THE_ROOT in settings.store.data:
        raise _Unsupported
    return settings


def _relative(name: str) -> str:
    """Return a name relative to the group of its file; other forms are not supported."""
    if not name or name.startswith("/") or "@" in name or " " in name:
        raise _Unsupported
    return name


def _path(group: str, name: str) -> str:
    return _below(group, name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")


def _below(group: str, name: str) -> str:
    return "/".join(part for part in (group, name) if part)
