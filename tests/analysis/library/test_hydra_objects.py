"""The objects that hydra builds from settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import ClassValue, Instance, ListValue, Partial

from .scripts import get, plain, run

SETTINGS = """
rounds: 12
sgd: {_target_: torch.optim.SGD, lr: 0.3, momentum: 0.9}
cosine: {_target_: torch.optim.lr_scheduler.CosineAnnealingLR, T_max: "${rounds}", eta_min: 0.01}
later: {_target_: torch.optim.lr_scheduler.StepLR, _partial_: true, step_size: 4}
listed: {_target_: torch.optim.lr_scheduler.StepLR, _args_: [7]}
outer:
  _target_: parts.Outer
  inner: {_target_: parts.Inner, size: 5}
  several: [{_target_: parts.Inner, size: 6}]
flat: {_target_: parts.Outer, _recursive_: false, inner: {_target_: parts.Inner, size: 5}}
plain: {size: 5}
absent: null
"""
PARTS = """
class Inner:
    def __init__(self, size):
        self.size = size

class Outer:
    def __init__(self, inner, several=()):
        self.inner, self.several = inner, several
"""
SCRIPT = """
import hydra
import torch
from hydra.utils import instantiate

@hydra.main(config_path=".", config_name="settings")
def main(cfg):
    global result, optimizer
    optimizer = hydra.utils.instantiate(cfg.sgd, params=torch.nn.Linear(2, 2).parameters())
    result = {code}

main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    (tmp_path / "parts.py").write_text(PARTS)
    return tmp_path


def result_of(code: str, folder: Path) -> object:
    return get(run(SCRIPT.replace("{code}", code), folder), "result")


@pytest.mark.parametrize(
    ("code", "law", "arguments"),
    [
        ("instantiate(cfg.cosine, optimizer)", "CosineAnnealingLR", {"T_max": 12, "eta_min": 0.01}),
        (
            "instantiate(config=cfg.cosine, optimizer=optimizer, T_max=9)",
            "CosineAnnealingLR",
            {"T_max": 9, "eta_min": 0.01},
        ),
        ("hydra.utils.instantiate(cfg.later)(optimizer)", "StepLR", {"step_size": 4}),
        ("instantiate(cfg.later, step_size=5)(optimizer)", "StepLR", {"step_size": 5}),
        (
            "instantiate(cfg.cosine, optimizer, _partial_=True)()",
            "CosineAnnealingLR",
            {"T_max": 12},
        ),
    ],
)
def test_a_scheduler(folder: Path, code: str, law: str, arguments: dict[str, float]) -> None:
    built = result_of(code, folder)
    assert isinstance(built, SchedulerValue)
    assert built.record.law == law
    assert isinstance(built.record.optimizer, object)
    assert {name: plain(built.record.arguments[name]) for name in arguments} == arguments
    assert set(arguments) <= set(built.record.places)


def test_the_optimizer_has_known_groups(folder: Path) -> None:
    optimizer = result_of("optimizer", folder)
    assert isinstance(optimizer, OptimizerValue)
    assert not optimizer.record.unknown_groups
    assert plain(optimizer.record.groups[0]["lr"]) == 0.3


def test_positional_arguments_take_the_place_of_those_of_the_settings(folder: Path) -> None:
    """hydra passes the optimizer and leaves ``_args_`` out, so that step_size is missing."""
    built = result_of("instantiate(cfg.listed, optimizer)", folder)
    assert isinstance(built, SchedulerValue)
    assert "step_size" not in built.record.arguments


def test_objects_within_settings_are_built_first(folder: Path) -> None:
    outer = result_of("instantiate(cfg.outer)", folder)
    assert isinstance(outer, Instance)
    inner, several = outer.store.data["inner"], outer.store.data["several"]
    assert isinstance(inner, Instance)
    assert isinstance(inner.cls, ClassValue)
    assert plain(inner.store.data["size"]) == 5
    assert isinstance(several, ListValue)
    assert isinstance(several.items, list)
    assert isinstance(several.items[0], Instance)


def test_objects_within_settings_are_left_as_they_are(folder: Path) -> None:
    outer = result_of("instantiate(cfg.flat)", folder)
    assert isinstance(outer, Instance)
    inner = outer.store.data["inner"]
    assert isinstance(inner, Instance)
    assert inner.cls is None


def test_a_partial_is_not_called(folder: Path) -> None:
    assert isinstance(result_of("instantiate(cfg.later)", folder), Partial)


@pytest.mark.parametrize(
    "code", ["instantiate(cfg.plain, optimizer)", "instantiate(thing, optimizer)"]
)
def test_what_may_be_anything_may_step_its_arguments(folder: Path, code: str) -> None:
    optimizer = get(run(SCRIPT.replace("{code}", code), folder), "optimizer")
    assert isinstance(optimizer, OptimizerValue)
    assert optimizer.record.escapes is not None


def test_no_settings_are_no_object(folder: Path) -> None:
    assert (
        plain(get(run(SCRIPT.replace("{code}", "instantiate(cfg.absent)"), folder), "result"))
        is None
    )
