"""Imported names: resolved when they are first used."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis.interpreter import imports
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.model.values import AnyValue, External, ModuleValue, Opaque, Scope, Store
from lrlint.source import load

from .fake import FakeMachine, number


def bound(text: str) -> dict[object, AnyValue]:
    machine = FakeMachine(text)
    imports.bind_import(machine, machine.statements[0].body[0])
    return machine.scope.store.data


@pytest.mark.parametrize(
    ("text", "name", "module", "level", "member"),
    [
        ("import torch.optim", "torch", "torch", 0, None),
        ("import torch.optim as optim", "optim", "torch.optim", 0, None),
        ("from torch import optim", "optim", "torch", 0, "optim"),
        ("from ..pkg.data import load as l", "l", "pkg.data", 2, "load"),
        ("from . import data", "data", "", 1, "data"),
    ],
)
def test_a_bound_name(text: str, name: str, module: str, level: int, member: str | None) -> None:
    (key, lazy), *_ = bound(text).items()
    assert isinstance(lazy, LazyImport)
    assert (key, lazy.module, lazy.level, lazy.name) == (name, module, level, member)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("torch.optim", "AdamW"),
        ("torch.optim.lr_scheduler", "StepLR"),
        ("torch.utils.data", "DataLoader"),
        ("transformers", "get_cosine_schedule_with_warmup"),
    ],
)
def test_a_star_of_a_library_names_what_schedules_need(module: str, name: str) -> None:
    machine = FakeMachine(f"from {module} import *")
    imports.bind_import(machine, machine.statements[0].body[0])
    assert machine.unit.star_imports[name] == f"{module}.{name}"
    assert machine.scope.store.data == {}


@pytest.mark.parametrize(
    ("qualified", "is_library"),
    [
        ("torch.optim.SGD", True),
        ("math.pi", True),
        ("diffusers.optimization", True),
        ("torchtune.training", True),
        ("builtins.len", True),
        ("builtins.train_loader", False),
        ("project.Model", True),
        ("project.EPOCHS", False),
        ("project.config", False),
    ],
)
def test_a_name_of_a_module_that_is_not_read(qualified: str, is_library: bool) -> None:
    machine = FakeMachine()
    value = imports.foreign(machine, qualified, "name")
    assert isinstance(value, External) is is_library
    if not is_library:
        assert isinstance(value, Opaque)
        assert (value.path, value.external) == ("name", qualified)
        assert imports.foreign(machine, qualified, "name") is value


def test_a_library_resolves_to_its_names() -> None:
    machine = FakeMachine()
    module = imports.resolve(machine, LazyImport(machine.unit, "torch", 0, None))
    name = imports.resolve(machine, LazyImport(machine.unit, "torch.optim", 0, "SGD"))
    assert (module, name) == (External("torch"), External("torch.optim.SGD"))


@pytest.fixture
def package(tmp_path: Path) -> FakeMachine:
    """A machine on a script beside ``config.py`` and a package ``data``."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "__init__.py").write_text("")
    (tmp_path / "data" / "loaders.py").write_text("")
    (tmp_path / "config.py").write_text("EPOCHS = 10\n_hidden = 1\n")
    (tmp_path / "train.py").write_text("from config import *\n")
    machine = FakeMachine()
    machine.unit = machine.project.entry(load(tmp_path / "train.py"))
    for name in ("config", "data"):
        unit = machine.project.find(machine.unit, name, 0)
        assert unit is not None
        names = {"EPOCHS": number(10), "_hidden": number(1)} if name == "config" else {}
        machine.scopes[unit] = Scope(Store(dict(names)), unit)
    return machine


def test_a_module_of_the_project(package: FakeMachine) -> None:
    def resolve(module: str, name: str | None) -> AnyValue:
        return imports.resolve(package, LazyImport(package.unit, module, 0, name))

    assert isinstance(resolve("config", None), ModuleValue)
    assert resolve("config", "EPOCHS") == number(10)
    assert isinstance(resolve("data", "loaders"), ModuleValue)
    missing = resolve("config", "missing")
    assert isinstance(missing, Opaque)
    assert missing.external == "config.missing"


def test_a_star_of_the_project_binds_public_names(package: FakeMachine) -> None:
    imports.bind_import(package, package.unit.tree.body[0].body[0])
    assert package.scope.store.data == {"EPOCHS": number(10)}


def test_torch_may_come_from_a_star_of_a_module_that_is_not_read() -> None:
    machine = FakeMachine("from helpers import *")
    imports.bind_import(machine, machine.statements[0].body[0])
    assert machine.unit.star_imports["torch"] == "torch"
