"""Imports: a module of the project is interpreted when a name of it is first used."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Opaque,
    Value,
)
from lrlint.formulas import LAWS
from lrlint.source.nodes import import_level

_BUILTINS = frozenset(dir(builtins))
_LIBRARIES = sys.stdlib_module_names | {
    *("absl", "accelerate", "apex", "composer", "deepspeed", "diffusers", "fastai", "hydra"),
    "ignite",
    *(
        "lightning",
        "numpy",
        "pytorch_lightning",
        "pytorch_warmup",
        "skorch",
        "timm",
        "torch",
        "torchtune",
    ),
    *("torchvision", "tqdm", "transformers", "trl"),
}
"""Modules of functions and classes, rather than of a project's settings."""
_SETTINGS = ("absl.flags.FLAGS",)
"""What of them holds the project's settings."""
_OPTIMIZERS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "NAdam", "RAdam")


@dataclass(eq=False, slots=True)
class LazyImport(Value):
    """An imported name that has not been used yet."""

    importer: ModuleUnit
    module: str
    level: int
    name: str | None
    """The name in the module, or None for the module itself."""
    runs: list[ModuleUnit] | None = None
    """The module that it runs, if that may have to do with schedules; None until that is asked."""


def bind_import(machine: Machine, node: cst.Import | cst.ImportFrom) -> None:
    """Bind the names of an import statement."""
    if isinstance(node, cst.Import):
        for alias in node.names:
            name = dotted(alias.name)
            if name is None:
                continue
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                _bind(machine, alias.asname.name.value, LazyImport(machine.unit, name, 0, None))
            else:
                top = name.split(".", 1)[0]
                _bind(machine, top, LazyImport(machine.unit, top, 0, None))
                if name != top:  # no name of the module, but `fill` may have to import it
                    _bind(machine, name, LazyImport(machine.unit, name, 0, None))
        return
    module = "" if node.module is None else dotted(node.module) or ""
    level = import_level(node)
    if isinstance(node.names, cst.ImportStar):
        _star(machine, module, level)
        return
    for alias in node.names:
        name = dotted(alias.name) or ""
        bound = name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            bound = alias.asname.name.value
        _bind(machine, bound, LazyImport(machine.unit, module, level, name))


def _bind(machine: Machine, name: str, value: AnyValue) -> None:
    machine.write(machine.scope.store, name, value)


def _star(machine: Machine, module: str, level: int) -> None:
    """Bind all names of a module of the project, or note those of a library for later look-ups."""
    unit = machine.project.find(machine.unit, module, level)
    if unit is not None:
        for name, value in list(machine.scope_of(unit).store.data.items()):
            if isinstance(name, str) and not name.startswith("_"):
                _bind(machine, name, value)
        machine.unit.star_imports.update(unit.star_imports)
        return
    for name in _names_of_library(module):
        machine.unit.star_imports.setdefault(name, f"{module}.{name}")
    for name, qualified in _USUAL.items():
        machine.unit.star_imports.setdefault(name, qualified)


_USUAL = {
    "torch": "torch",
    "optim": "torch.optim",
    "lr_scheduler": "torch.optim.lr_scheduler",
    "math": "math",
}
"""What a name means that only the ``from utils import *`` of an unread module may bind."""


def _names_of_library(module: str) -> Iterable[str]:
    if module.startswith("torch.optim"):
        return (*LAWS, *_OPTIMIZERS)
    if module.endswith("keras.callbacks"):
        return ("ReduceLROnPlateau",)
    if module == "torch.utils.data":
        return ("DataLoader", "TensorDataset", "Dataset", "Subset", "random_split")
    if module in ("composer.optim", "composer.optim.scheduler"):
        return (name.removeprefix("composer.") for name in LAWS if name.startswith("composer."))
    if module == "transformers":
        return (name for name in LAWS if name.startswith("get_"))
    return ()


def resolve(machine: Machine, lazy: LazyImport) -> AnyValue:
    """Return the value of an imported name."""
    if lazy.name is None:
        unit = machine.project.find(lazy.importer, lazy.module, 0)
        return External(lazy.module, lazy.module) if unit is None else ModuleValue(unit)
    unit = machine.project.find(lazy.importer, lazy.module, lazy.level)
    if unit is None:
        submodule = machine.project.find(
            lazy.importer,
            f"{lazy.module}.{lazy.name}" if lazy.module else lazy.name,
            lazy.level,
        )
        if submodule is not None:
            return ModuleValue(submodule)
        return foreign(machine, f"{lazy.module}.{lazy.name}", lazy.name)
    value = machine.scope_of(unit).store.data.get(lazy.name)
    if isinstance(value, LazyImport):
        value = None if value is lazy else resolve(machine, value)
    if value is None:
        submodule = machine.project.submodule(unit, lazy.name)
        if submodule is not None:
            return ModuleValue(submodule)
        starred = unit.star_imports.get(lazy.name)
        return foreign(machine, starred or f"{lazy.module}.{lazy.name}", lazy.name)
    return value


def used(machine: Machine, value: AnyValue) -> AnyValue:
    """Return the value of a name that is used; branches may import it from several modules."""
    match value:
        case LazyImport():
            return resolve(machine, value)
        case Choice(alternatives) if any(isinstance(one, LazyImport) for _, one in alternatives):
            return Choice(tuple((when, used(machine, one)) for when, one in alternatives))
    return value


def fill(machine: Machine, registry: DictValue, key: object) -> None:
    """Import what the modules seen so far import, which may put a missing key into a dict.

    ``import project.schedules`` is followed when a name of it is used; a module that enters its
    functions into a registry may never be used by name.
    """
    if key in registry.store.data or not registry.complete or not _is_registry(machine, registry):
        return
    for _ in range(_MOST_REGISTERING):
        unit = next((unit for unit in _not_run(machine) if unit not in machine.scopes), None)
        if unit is None or key in registry.store.data:
            return
        machine.scope_of(unit)


def _is_registry(machine: Machine, value: DictValue) -> bool:
    """Whether a dict holds functions or classes, or nothing yet and belongs to a module."""
    entries = value.store.data.values()
    if not all(isinstance(entry, (FunctionValue, ClassValue)) for entry in entries):
        return False
    if entries:
        return True
    owned = [member for scope in machine.scopes.values() for member in scope.store.data.values()]
    held = [
        inner for one in owned if isinstance(one, Instance) for inner in one.store.data.values()
    ]
    return any(member is value for member in (*owned, *held))


_MOST_REGISTERING = 50
"""Modules that are imported in search of a key."""


def _not_run(machine: Machine) -> Iterator[ModuleUnit]:
    """Yield the modules that imported names run which have not been used."""
    values = [value for scope in machine.scopes.values() for value in scope.store.data.values()]
    for value in values:
        if isinstance(value, LazyImport):
            if value.runs is None:  # a key is looked for again and again
                unit = machine.project.registering(
                    value.importer, value.module, value.level, value.name
                )
                value.runs = [] if unit is None else [unit]
            yield from value.runs


def foreign(machine: Machine, qualified: str, path: str) -> AnyValue:
    """Return the value of a name of a module that is not read; the script writes it as ``path``.

    A library's function or class is not a setting and never None. A name of any other module may be
    a number, a loader or a flag: the same unknown each time.
    """
    module, _, name = qualified.rpartition(".")
    root = module.split(".", 1)[0]
    if root == "builtins":
        library = name in _BUILTINS
    elif module in _SETTINGS:
        library = False
    else:
        library = root in _LIBRARIES or (name[:1].isupper() and not name.isupper())
    if library:
        return External(qualified, path)
    value = machine.foreign.get(qualified)
    if value is None:
        value = machine.foreign[qualified] = Opaque(path, external=qualified)
    return value
