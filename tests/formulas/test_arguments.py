"""Signatures are those of the libraries; binding arguments raises the errors of Python."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from torch.optim import lr_scheduler
from transformers import optimization
from transformers.trainer_utils import SchedulerType

from lrlint.formulas import LAWS, REQUIRED, SCHEDULER_TYPES, Parameter

from .twin import PLAIN, optimizer_with, signature_after_optimizer, torch_callable

KEYWORDS_ONLY = {
    "get_reduce_on_plateau_schedule": "ReduceLROnPlateau",
    "get_greedy_schedule": "GreedyLR",
}
"""Functions that take `**kwargs`: those of the class they build."""


def test_every_public_scheduler_has_a_law() -> None:
    classes = set(lr_scheduler.__all__) - {"LRScheduler"}
    functions = {f.__name__ for f in optimization.TYPE_TO_SCHEDULER_FUNCTION.values()}
    assert set(PLAIN) == classes | functions | {"SWALR", "GreedyLR", "get_scheduler"}


@pytest.mark.parametrize("name", PLAIN)
def test_parameters_are_those_of_the_real_signature(name: str) -> None:
    variadic = name in KEYWORDS_ONLY
    assert LAWS[name].parameters == tuple(
        Parameter(
            parameter.name,
            REQUIRED if parameter.default is parameter.empty else parameter.default,
            keyword_only=variadic,
        )
        for parameter in signature_after_optimizer(KEYWORDS_ONLY.get(name, name))
    )


@pytest.mark.parametrize("name", PLAIN)
def test_optimizer_position_is_that_of_the_real_signature(name: str) -> None:
    parameters = list(inspect.signature(torch_callable(name)).parameters.values())
    names = [parameter.name for parameter in parameters]
    law = LAWS[name]
    assert law.optimizer_index == names.index("optimizer")
    optimizer = parameters[law.optimizer_index]
    assert law.optimizer_optional == (optimizer.default is None)
    assert law.is_class == inspect.isclass(torch_callable(name))


@pytest.mark.parametrize("name", PLAIN)
def test_horizon_and_durations_are_parameters(name: str) -> None:
    law = LAWS[name]
    names = {parameter.name for parameter in law.parameters}
    assert set(law.durations) <= names
    assert set(law.horizon) <= names
    assert not law.removed & names


CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("CosineAnnealingLR", (), {}),
    ("CosineAnnealingLR", (10, 0.0, -1, True), {}),
    ("CosineAnnealingLR", (10,), {"verbose": True}),
    ("CosineAnnealingLR", (10,), {"T_max": 10}),
    ("CosineAnnealingLR", (10, 0.0, -1, True), {"T_max": 10}),
    ("CosineAnnealingLR", (10, 0.0, -1, True), {"verbose": 3}),
    ("CyclicLR", (), {}),
    ("CyclicLR", (), {"max_lr": 3}),
    ("SequentialLR", (), {}),
    ("LambdaLR", (float, -1, False), {}),
    ("get_constant_schedule", (-1, 0), {}),
    ("get_linear_schedule_with_warmup", (), {}),
    ("get_linear_schedule_with_warmup", (5,), {}),
    ("get_linear_schedule_with_warmup", (5, 6), {"num_cycles": 1}),
    ("get_linear_schedule_with_warmup", (5, 6, 7, 8), {}),
    ("get_reduce_on_plateau_schedule", ("min",), {}),
]


@pytest.mark.parametrize(("name", "args", "keywords"), CALLS)
def test_refused_with_the_message_of_python(
    name: str, args: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    with pytest.raises(TypeError) as theirs:
        torch_callable(name)(optimizer_with([0.1]), *args, **keywords)
    with pytest.raises(TypeError) as ours:
        LAWS[name].bind(args, keywords)
    assert str(ours.value) == str(theirs.value)
    with pytest.raises(TypeError) as whole:
        LAWS[name].bind_call((object(), *args), keywords)
    assert str(whole.value) == str(theirs.value)


def test_a_call_without_an_optimizer() -> None:
    with pytest.raises(TypeError) as theirs:
        lr_scheduler.StepLR(step_size=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError) as ours:
        LAWS["StepLR"].bind_call((), {"step_size": 3})
    assert str(ours.value) == str(theirs.value)


def test_binding_fills_in_the_defaults_and_looks_at_nothing() -> None:
    class Opaque:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("looked at")

        __hash__ = None  # type: ignore[assignment]

    symbol = Opaque()
    bound = LAWS["CosineAnnealingLR"].bind([symbol], {"last_epoch": symbol})
    assert list(bound) == ["T_max", "eta_min", "last_epoch"]
    assert bound["T_max"] is bound["last_epoch"] is symbol
    assert bound["eta_min"] == 0.0


def test_the_optimizer_is_found_at_any_position() -> None:
    optimizer = object()
    cosine = LAWS["CosineAnnealingLR"]
    expected = (optimizer, cosine.bind([5], {}))
    assert cosine.bind_call([optimizer, 5], {}) == expected
    assert cosine.bind_call([], {"T_max": 5, "optimizer": optimizer}) == expected
    chained = LAWS["ChainedScheduler"]
    assert chained.bind_call([["a"]], {}) == (None, {"schedulers": ["a"]})
    assert chained.bind_call([["a"], optimizer], {}) == (optimizer, {"schedulers": ["a"]})
    found, bound = LAWS["get_scheduler"].bind_call(["cosine", optimizer, 10], {})
    assert found is optimizer
    assert bound == {
        "name": "cosine",
        "num_warmup_steps": 10,
        "num_training_steps": None,
        "scheduler_specific_kwargs": None,
    }


@pytest.mark.parametrize("name", PLAIN)
def test_removed_arguments_are_refused_by_the_real_one(name: str) -> None:
    for argument in LAWS[name].removed:
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{argument}'"):
            torch_callable(name)(optimizer=optimizer_with([0.1]), **{argument: False})


def test_scheduler_types_are_those_of_transformers() -> None:
    real = optimization.TYPE_TO_SCHEDULER_FUNCTION
    assert {kind.value: function.__name__ for kind, function in real.items()} == SCHEDULER_TYPES
    assert {kind.value for kind in SchedulerType} == set(SCHEDULER_TYPES)


def test_the_registry_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        LAWS["Mine"] = LAWS["StepLR"]  # type: ignore[index]
