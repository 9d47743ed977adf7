"""What LR404, LR406, LR407, LR408 and LR414 say becomes of the LR is what torch makes of it."""

from __future__ import annotations

from textwrap import indent

import pytest

from lrlint.linter.engine import lint_text

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SCRIPT = """
import torch
from torch.optim.lr_scheduler import *

weight, other = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
optimizer = torch.optim.SGD([weight], lr=0.1)
idle = torch.optim.SGD([weight], lr=0.1)
used = []
{build}
for epoch in range({epochs}):
{before}
    for x in torch.ones(2):
        (weight * x).sum().backward()
        used.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
{after}
"""
EPOCHS = 12
WRITE = "for group in optimizer.param_groups: group['lr'] = "


def script(build: str, *, before: str = "pass", after: str = "scheduler.step()") -> str:
    return SCRIPT.format(
        build=build, epochs=EPOCHS, before=indent(before, "    "), after=indent(after, "    ")
    )


def said(text: str, code: str) -> str:
    """The message of the one finding of a rule."""
    (message,) = (one.message for one in lint_text(text).diagnostics if one.code == code)
    return message


def is_silent(text: str, code: str) -> bool:
    return all(one.code != code for one in lint_text(text, pedantic=True).diagnostics)


def rates(text: str) -> list[float]:
    """The LR of the first group in each epoch, at its last optimizer step."""
    return [groups[0] for groups in groups_of(text)[1::2]]


def groups_of(text: str) -> list[list[float]]:
    namespace: dict[str, list[list[float]]] = {}
    exec(compile(text, "script.py", "exec"), namespace)
    return namespace["used"]


LAMBDA = "scheduler = LambdaLR(optimizer, lambda t: 0.9**t)"
STEP = "scheduler = StepLR(optimizer, 2)"
DECAY = f"{WRITE}0.1 * 0.5 ** (epoch // 3)"


# -- LR404


@pytest.mark.parametrize("build", [LAMBDA, STEP])
@pytest.mark.parametrize("last", [True, False])
def test_written_in_every_epoch(build: str, last: bool) -> None:
    """Where it is written behind the step, in the loop's order, the schedule never shows."""
    text = script(build, before=DECAY if last else "pass", after=f"{DECAY}\nscheduler.step()")
    if last:
        text = script(build, before=DECAY)
    message, seen = said(text, "LR404"), rates(text)
    by_hand = [0.1 * 0.5 ** (epoch // 3) for epoch in range(EPOCHS)]
    assert ("never used" in message) is last
    assert (seen == by_hand) is last
    if not last and build == LAMBDA:
        assert "erases" in message
        assert seen == rates(script(build))


def test_written_once_in_a_while_is_erased() -> None:
    text = script(LAMBDA, before=f"if epoch == 4:\n    {WRITE}0.5")
    assert "erases it" in said(text, "LR404")
    seen, plain = rates(text), rates(script(LAMBDA))
    assert seen[4] == 0.5
    assert seen[:4] + seen[5:] == plain[:4] + plain[5:]


def test_written_once_in_a_while_and_carried_on() -> None:
    text = script(STEP, before=f"if epoch == 4:\n    {WRITE}0.5")
    assert is_silent(text, "LR404")
    assert rates(text)[6] == pytest.approx(0.05)


def test_written_once_behind_the_constructor() -> None:
    text = script(f"{LAMBDA}\n{WRITE}0.02")
    assert "first step" in said(text, "LR404")
    assert rates(text)[0] == 0.02
    assert rates(text)[1:] == rates(script(LAMBDA))[1:]


# -- LR406


def test_idle_optimizer_is_driven() -> None:
    text = script("scheduler = StepLR(idle, 2)")
    assert "never stepped" in said(text, "LR406")
    assert set(rates(text)) == {0.1}


# -- LR407


COMPOSE = {
    "LinearLR": "LinearLR(optimizer, 0.5, total_iters=4)",
    "ExponentialLR": "ExponentialLR(optimizer, 0.9)",
    "StepLR": "StepLR(optimizer, 2)",
}
ERASE = {
    "LambdaLR": "LambdaLR(optimizer, lambda t: 0.95**t)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(optimizer, 5, eta_min=1e-3)",
    "CyclicLR": "CyclicLR(optimizer, 0.01, 0.1, step_size_up=3, cycle_momentum=False)",
    "OneCycleLR": "OneCycleLR(optimizer, 0.1, total_steps=20, cycle_momentum=False)",
}


def both(first: str, second: str) -> str:
    return script(f"scheduler = {first}\nlast = {second}", after="scheduler.step()\nlast.step()")


@pytest.mark.parametrize("first", COMPOSE)
@pytest.mark.parametrize("second", ERASE)
def test_what_steps_first_is_erased(first: str, second: str) -> None:
    text = both(COMPOSE[first], ERASE[second])
    assert f"erases what {first}" in said(text, "LR407")
    alone = rates(script(f"scheduler = {ERASE[second]}"))
    assert rates(text)[1:] == pytest.approx(alone[1:])


@pytest.mark.parametrize("first", ERASE)
@pytest.mark.parametrize("second", ERASE)
def test_the_last_of_two_that_erase_is_in_effect(first: str, second: str) -> None:
    if first == second:
        return
    text = both(ERASE[first], ERASE[second])
    assert "has stepped last" in said(text, "LR407")
    moves_base = first in ("OneCycleLR", "CyclicLR")
    before = f"other = {ERASE[first]}\n" if moves_base else ""
    alone = rates(script(f"{before}scheduler = {ERASE[second]}"))
    assert rates(text)[1:] == pytest.approx(alone[1:])


def test_recursive_schedules_compose() -> None:
    text = both(COMPOSE["StepLR"], COMPOSE["ExponentialLR"])
    assert is_silent(text, "LR407")
    product = [0.1 * 0.1 ** (epoch // 2) * 0.9**epoch for epoch in range(EPOCHS)]
    assert rates(text) == pytest.approx(product)


# -- LR408


ADD = "optimizer.add_param_group({'params': [other], 'lr': 0.1})"
LATE = {
    **COMPOSE,
    **ERASE,
    "MultiplicativeLR": "MultiplicativeLR(optimizer, lambda t: 0.9)",
    "ConstantLR": "ConstantLR(optimizer, 0.5, 4)",
    "PolynomialLR": "PolynomialLR(optimizer, 40)",
    "CosineAnnealingLR": "CosineAnnealingLR(optimizer, 20, eta_min=1e-3)",
    "SequentialLR": "SequentialLR(optimizer, [LinearLR(optimizer), ConstantLR(optimizer)], [7])",
}


@pytest.mark.parametrize("law", LATE)
def test_group_added_behind_the_constructor(law: str) -> None:
    text = script(f"scheduler = {LATE[law]}\n{ADD}")
    late, raised = [], ""
    try:
        late = [groups[1] for groups in groups_of(text)]
    except (ValueError, KeyError) as error:
        raised = type(error).__name__
    if raised:
        assert raised in said(text, "LR408")
    elif late[-1] > 0.1:
        assert "above the LR that it is given" in said(text, "LR408")
    else:
        assert is_silent(text, "LR408")
        assert late == pytest.approx([groups[0] for groups in groups_of(text)])


def test_one_group_takes_the_place_of_another() -> None:
    text = script(LAMBDA, before=f"if epoch == 3:\n    optimizer.param_groups.pop()\n    {ADD}")
    assert is_silent(text, "LR408")
    assert len(groups_of(text)) == 2 * EPOCHS


# -- LR414


def test_constructor_leaves_its_first_lr_behind() -> None:
    flag = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--warmup", action="store_true")
args = parser.parse_args([])
"""
    build = f"{flag}scheduler = LinearLR(optimizer, 0.01, total_iters=5)"
    text = script(build, after="if args.warmup:\n    scheduler.step()")
    assert "stays at the LR 0.001" in said(text, "LR414")
    assert set(rates(text)) == {0.001}
