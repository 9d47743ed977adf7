"""`get_scheduler(name, …)` is the law of that name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlint.formulas import LAWS, SCHEDULER_TYPES

from .strategies import lrs
from .twin import Twins, outcome

EXTRAS: list[dict[str, Any] | None] = [
    None,
    {},
    {"num_cycles": 2},
    {"power": 2.0, "lr_end": 1e-6},
    {"min_lr_rate": 0.1},
    {"min_lr": 1e-6, "warmup_lr_rate": 0.2},
    {"num_decay_steps": 5, "min_lr_ratio": 0.1},
    {"timescale": 30},
    {"mode": "max"},
    {"num_warmup_steps": 4},
    {"last_epoch": -1},
]


@pytest.mark.parametrize("name", [*SCHEDULER_TYPES, "one_cycle"])
@settings(max_examples=25, deadline=None)
@given(
    initial=lrs,
    warmup=st.one_of(st.none(), st.integers(0, 10)),
    total=st.one_of(st.none(), st.integers(1, 30)),
    extra=st.sampled_from(EXTRAS),
)
def test_builds_and_steps_as_transformers_does(
    name: str, initial: Any, warmup: int | None, total: int | None, extra: dict[str, Any] | None
) -> None:
    arguments = {
        "name": name,
        "num_warmup_steps": warmup,
        "num_training_steps": total,
        "scheduler_specific_kwargs": extra,
    }
    twins = Twins(initial)
    law = LAWS["get_scheduler"]
    built = twins.build(("get_scheduler", arguments)) is None
    error = outcome(lambda: law.resolve(**arguments))[1]
    assert not (built and error)
    problems = law.problems(default_lr=initial[0], **arguments)
    assert any(p.when == "construction" and p.raises for p in problems) == (not built)
    if not built:
        return
    actual, bound = law.resolve(**arguments)
    assert actual is LAWS[SCHEDULER_TYPES[name]]
    metric = [0.5] if actual.takes_metric else []
    for t in range(1, 35):
        if twins.step(0, *metric):
            return
        if not metric:
            ours = law.lr(t, initial, default_lr=initial[0], **arguments)
            assert ours == [group["lr"] for group in twins.groups]
            assert ours == actual.lr(t, initial, default_lr=initial[0], **bound)


def test_every_other_law_resolves_to_itself() -> None:
    law = LAWS["StepLR"]
    assert law.resolve(step_size=3) == (
        law,
        {"step_size": 3, "gamma": 0.1, "last_epoch": -1},
    )


def test_default_lr_is_the_optimizers_not_the_groups() -> None:
    """The polynomial schedule ends at lr_end for the optimizer's LR, not for a group's own."""
    arguments = {"num_warmup_steps": 0, "num_training_steps": 10, "lr_end": 0.05}
    law = LAWS["get_polynomial_decay_schedule_with_warmup"]
    assert law.lr(10, [0.2, 0.1], default_lr=0.1, **arguments) == pytest.approx([0.1, 0.05])
    assert law.lr(10, [0.2, 0.1], **arguments) == pytest.approx([0.05, 0.025])
