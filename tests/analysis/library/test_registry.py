"""How models are registered and found."""

from __future__ import annotations

import libcst as cst
import pytest

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import registry
from lrlint.analysis.library.registry import kind_of, models, models_method, qualified
from lrlint.analysis.model.values import AnyValue, Const, File

from .scripts import UNKNOWN, value_of


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register models for itself only."""
    for name in ("MODELS", "METHODS", "LAST_NAMES", "ATTRIBUTES"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))


def answer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Const("answer")


def test_a_name_has_one_model() -> None:
    with pytest.raises(ValueError, match="'builtins\\.len' has two models"):
        models("builtins.len")(answer)


def test_a_name_in_each_of_several_modules() -> None:
    assert qualified(("a", "b.c"), "x", "y") == ["a.x", "a.y", "b.c.x", "b.c.y"]


def test_the_kind_of_a_value_is_its_class() -> None:
    assert kind_of(File("a")) is File


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("unknown.call(1)", UNKNOWN),
        ("open('a.json').fileno()", UNKNOWN),
        ("torch.cuda.amp.GradScaler()", {}),  # by its last name, before torch.cuda's family
        ("timm.optim.WarmupLR(optimizer, lr=0.1)", "WarmupLR"),  # a scheduler, before an optimizer
    ],
)
def test_which_model_is_asked(code: str, result: object) -> None:
    before = "import timm, torch\noptimizer = torch.optim.SGD(params, lr=1)"
    assert value_of(code, before) == result


def test_methods_are_registered_by_kind() -> None:
    def new_method(machine: Machine, file: File, arguments: Arguments, node: cst.Call) -> AnyValue:
        return Const(file.name)

    models_method(File, "new_method", "other_name")(new_method)
    assert registry.METHODS[File, "new_method"] is new_method
    assert registry.METHODS[File, "other_name"] is new_method
