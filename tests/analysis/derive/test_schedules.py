"""The facts of schedules, and of several schedules on one optimizer."""

from __future__ import annotations

import pytest

from lrlint.facts import Cadence, Schedule

from .scripts import SETUP, schedule, text, training

TRAIN = """
for epoch in range(epochs):
    for x in loader:
        optimizer.step()
    scheduler.step()
"""


def test_a_whole_schedule() -> None:
    facts = schedule(TRAIN)
    assert (facts.scheduler, facts.variable, facts.per) == ("StepLR", "scheduler", Cadence.EPOCH)
    assert text(facts.steps) == text(facts.epochs) == "args.epochs"
    assert text(facts.stepping.optimizer_steps) == "args.epochs * len(loader)"
    assert text(facts.number("step_size")) == "30"
    assert facts.optimizer is not None
    assert [text(lr) for lr in facts.base_lrs] == ["0.1"]
    assert facts.stepping.epoch_loop is not None
    assert facts.stepping.epoch_loop.over == "range(epochs)"
    assert facts.stepping.batch_loop is not None
    assert facts.stepping.batch_loop.over == "loader"
    assert facts.construction.on_default_path
    assert facts.stepping.undecided == ()


def test_counts_of_a_relay_are_not_known() -> None:
    facts = schedule("""
for epoch in range(epochs):
    optimizer.step()
    scheduler.step()
    if epoch == 10:
        scheduler = ExponentialLR(optimizer, 0.9)
""")
    assert facts.steps is None


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        (TRAIN, ()),
        ("while going():\n    scheduler.step()\n", 1),
        ("if flag: scheduler.step()\n", ("whether `flag` holds is not known",)),
        ("if flag: scheduler.step()\nif flag: scheduler.step()\n", 1),
    ],
)
def test_why_a_count_is_not_known(script: str, reasons: object) -> None:
    undecided = schedule(script).stepping.undecided
    assert (len(undecided) if isinstance(reasons, int) else undecided) == reasons


@pytest.mark.parametrize(
    ("condition", "default_path"),
    [("os.getenv('A', 'x') == 'x'", True), ("os.getenv('A', 'x') == 'y'", False), ("flag", True)],
)
def test_where_the_defaults_lead(condition: str, default_path: bool) -> None:
    script = f"import os\nif {condition}:\n    scheduler = StepLR(optimizer, 30)\n"
    facts = schedule(script, SETUP)
    assert facts.construction.on_default_path is default_path
    assert len(facts.construction.guards) == 1


def test_loops_around_the_construction() -> None:
    script = "for fold in range(5):\n    scheduler = StepLR(optimizer, 30)\n    optimizer.step()\n"
    assert [loop.over for loop in schedule(script, SETUP).construction.loops] == ["range(5)"]
    inside = "for fold in range(5):\n    optimizer = torch.optim.SGD(p, lr=1)\n"
    inside += "    scheduler = StepLR(optimizer, 30)\n    optimizer.step()\n"
    assert schedule(inside, SETUP).construction.loops == ()


def test_the_parts_of_a_schedule() -> None:
    schedules = training(
        """
warm = LinearLR(optimizer)
decay = ExponentialLR(optimizer, 0.9)
scheduler = SequentialLR(optimizer, [warm, decay], milestones=[5])
scheduler.step()
""",
        SETUP,
    ).schedules
    by_name = {facts.scheduler: facts for facts in schedules}
    whole = by_name["SequentialLR"]
    assert whole.children == (by_name["LinearLR"], by_name["ExponentialLR"])
    assert all(child.parent is whole for child in whole.children)
    assert whole.surroundings.competitors == ()


def two(build: str, step: str) -> tuple[Schedule, Schedule]:
    """Return the facts of two schedules of one optimizer."""
    first, second = training(build + step, SETUP).schedules
    return first, second


BOTH = "one = StepLR(optimizer, 30)\ntwo = ExponentialLR(optimizer, 0.9)\n"
EITHER = (
    "if flag:\n    one = StepLR(optimizer, 30)\nelse:\n    two = ExponentialLR(optimizer, 0.9)\n"
)


def test_two_schedules_that_advance_together() -> None:
    one, other = two(BOTH, "one.step()\ntwo.step()\n")
    assert (one.surroundings.competitors, other.surroundings.competitors) == ((other,), (one,))
    assert (one.surroundings.instead, one.surroundings.otherwise) == ((), ())


def test_two_schedules_of_which_one_advances() -> None:
    one, other = two(BOTH, "if flag:\n    one.step()\nelse:\n    two.step()\n")
    assert one.surroundings.competitors == one.surroundings.instead == (other,)


def test_two_schedules_of_which_one_is_built() -> None:
    one, other = two(EITHER, "if flag: one.step()\n")
    assert (one.surroundings.otherwise, other.surroundings.otherwise) == ((other,), (one,))
    assert one.surroundings.competitors == ()


def test_a_schedule_that_is_not_stepped_does_not_compete() -> None:
    one, other = two(BOTH, "one.step()\n")
    assert one.surroundings.competitors == ()
    assert other.surroundings.competitors == (one,)


def test_schedules_of_two_optimizers() -> None:
    script = "other = torch.optim.Adam(p)\none = StepLR(optimizer, 30)\ntwo = StepLR(other, 30)\n"
    one, _ = two(script, "one.step()\ntwo.step()\n")
    assert one.surroundings.competitors == ()
