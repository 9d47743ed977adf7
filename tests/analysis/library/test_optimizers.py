"""Constructors of optimizers, and the options of each param group."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.records import OptimizerRecord, OptimizerValue
from lrlint.analysis.model.trace import AddGroup

from .scripts import events, get, plain, run, value_of

SETUP = """
import torch, timm, other
from torch import optim
"""


def built(code: str, before: str = "", after: str = "") -> OptimizerRecord:
    """Return the record of an optimizer that a script builds."""
    value = get(run(f"{SETUP}{before}\noptimizer = {code}\n{after}"), "optimizer")
    assert isinstance(value, OptimizerValue)
    return value.record


def options(record: OptimizerRecord, name: str) -> list[object]:
    """Return an option of each param group."""
    return [plain(group[name]) if name in group else None for group in record.groups]


@pytest.mark.parametrize(
    ("code", "class_name"),
    [
        ("optim.SGD(params, 0.1)", "SGD"),
        ("torch.optim.AdamW(params)", "AdamW"),
        ("getattr(torch.optim, name)(params, lr=0.1)", "Optimizer"),
        ("timm.optim.Lookahead2(params, lr=0.1)", "Lookahead2"),
        ("other.Lion(params)", "Lion"),
        ("other.FusedAdam(params)", "FusedAdam"),
        ("other.optim.create(params, lr=0.1)", None),
        ("other.SGD(params, lr=0.1)", None),
        ("timm.optim.Lookahead2(params)", None),
    ],
)
def test_which_calls_build_an_optimizer(code: str, class_name: str | None) -> None:
    is_optimizer = isinstance(get(run(f"{SETUP}result = {code}"), "result"), OptimizerValue)
    assert is_optimizer is (class_name is not None)
    assert class_name is None or value_of(code, SETUP) == class_name


def test_the_optimizer_inside_another_is_the_one_that_counts() -> None:
    assert built("other.LARS(optim.SGD(params, lr=0.1), lr=3)").class_name == "SGD"


@pytest.mark.parametrize(
    ("code", "lr", "given"),
    [
        ("optim.SGD(params, 0.5)", 0.5, {"lr"}),
        ("optim.SGD(params, lr=0.5)", 0.5, {"lr"}),
        ("optim.Adam(params)", 1e-3, set()),
        ("optim.SGD(params, momentum=0.9)", 1e-3, {"momentum"}),
        ("optim.SGD(params, **config)", None, set()),
    ],
)
def test_the_lr(code: str, lr: float | None, given: set[str]) -> None:
    record = built(code)
    assert options(record, "lr") == [lr]
    assert record.given == given


@pytest.mark.parametrize(
    ("params", "lrs", "unknown"),
    [
        ("model.parameters()", [0.1], False),
        ("[{'params': a, 'lr': 0.5}, {'params': b}]", [0.5, 0.1], False),
        ("[a, b]", [0.1], False),
        ("[{'params': p} for p in parts]", [0.1], True),
        ("[{'params': p, 'lr': 0.5} for p in parts]", [0.5], True),
        ("get_param_groups(model)", [0.1], True),
        ("model.get_parameters()", [0.1], True),
        ("filter(lambda p: p.requires_grad, model.parameters())", [0.1], False),
        ("make(model)", [0.1], True),
        ("[{'params': a, 'lr': 0.5}] if deep else model.parameters()", [None], False),
        ("[{'params': a}, {'params': b}] if deep else model.parameters()", [0.1, 0.1], True),
    ],
)
def test_the_param_groups(params: str, lrs: list[object], unknown: bool) -> None:
    record = built(f"optim.SGD({params}, lr=0.1)")
    assert [None if lr == "unknown" else lr for lr in options(record, "lr")] == lrs
    assert record.unknown_groups is unknown


def test_a_name_for_the_parameters_is_followed() -> None:
    assert not built("optim.SGD(p, lr=0.1)", before="p = model.parameters()").unknown_groups
    assert built("optim.SGD(p, lr=0.1)", before="p = make_groups()").unknown_groups


def test_a_group_that_is_added() -> None:
    after = "optimizer.add_param_group({'params': b, 'lr': 0.5})"
    record = built("optim.SGD(params, lr=0.1)", after=after)
    assert options(record, "lr") == [0.1, 0.5]
    assert record.built_with == 1
    script = f"{SETUP}optimizer = optim.SGD(params, lr=0.1)\n{after}"
    assert [event.group for event in events(run(script)) if isinstance(event, AddGroup)] == [1]


@pytest.mark.parametrize(
    "after",
    [
        "optimizer.add_param_group(group)",
        "for group in groups:\n    optimizer.add_param_group({'params': group})",
    ],
)
def test_groups_that_are_added_in_numbers_that_are_not_known(after: str) -> None:
    assert built("optim.SGD(model.parameters(), lr=0.1)", after=after).unknown_groups
