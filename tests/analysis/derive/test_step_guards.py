"""The conditions under which something runs."""

from __future__ import annotations

import pytest

from lrlint.analysis.derive.step_guards import (
    conditions,
    construction_guards,
    excluded,
    guards_of,
    is_settled,
    relative,
)
from lrlint.analysis.model.conditions import any_of, negate
from lrlint.analysis.model.trace import Located, Repeat, SchedulerStep
from lrlint.facts import Guard, GuardKind

from .scripts import SETUP, Run, run, text

LOOPS = """
for epoch in range(epochs):
    for i, x in enumerate(train_loader):
        optimizer.step()
        if {condition}:
            scheduler.step()
"""


def step(script: str) -> tuple[Run, Located]:
    """Return the only step of the scheduler of a script."""
    result = run(script)
    ((located, _),) = result.events(SchedulerStep)
    return result, located


def guard(condition: str) -> Guard:
    """Return the guard that a condition is to a step."""
    result, located = step(LOOPS.format(condition=condition))
    (fact,) = guards_of(located.path, result.loops)
    return fact


@pytest.mark.parametrize(
    ("condition", "kind", "amount"),
    [
        ("i % 4 == 0", GuardKind.EVERY_K, "4"),
        ("(i + 1) % args.k == 0", GuardKind.EVERY_K, "args.k"),
        ("(i + 1) % 4 == 0 or i + 1 == n", GuardKind.EVERY_K, "4"),
        ("i % 4 != 0", GuardKind.OTHER, None),
        ("i >= 10", GuardKind.AFTER, "10"),
        ("i > 10", GuardKind.AFTER, "11"),
        ("10 <= i", GuardKind.AFTER, "10"),
        ("10 < i", GuardKind.AFTER, "11"),
        ("10 > i", GuardKind.BEFORE, "10"),
        ("10 >= i", GuardKind.BEFORE, "11"),
        ("10 - i > 0", GuardKind.BEFORE, "10"),
        ("epoch < warmup", GuardKind.BEFORE, "warmup"),
        ("epoch <= 5", GuardKind.BEFORE, "6"),
        ("i == 10", GuardKind.OTHER, None),
        ("2 * i > 10", GuardKind.OTHER, None),
        ("use_scheduler", GuardKind.FLAG, None),
        ("loss.item() < 1", GuardKind.METRIC, None),
        ('optimizer.param_groups[0]["lr"] > 1e-5', GuardKind.OTHER, None),
        ("rank == 0", GuardKind.RANK, None),
        ("isinstance(model, Special)", GuardKind.SCHEDULER, None),
    ],
)
def test_the_kind_of_a_guard(condition: str, kind: GuardKind, amount: str | None) -> None:
    fact = guard(condition)
    assert (fact.kind, text(fact.amount)) == (kind, amount)


def test_a_step_after_an_exception() -> None:
    script = "try:\n    train()\nexcept ValueError:\n    scheduler.step()\n"
    result, located = step(script)
    assert [fact.kind for fact in guards_of(located.path, result.loops)] == [GuardKind.EXCEPTION]


def test_a_guard_knows_the_loop_that_it_counts() -> None:
    assert (loop := guard("epoch >= 5").loop) is not None
    assert loop.over == "range(epochs)"
    assert guard("use_scheduler").loop is None


def test_a_guard_knows_what_it_reads_and_where_it_is() -> None:
    fact = guard("epoch >= args.warmup")
    assert {atom.name for atom in fact.reads} == {"epoch", "args.warmup"}
    assert fact.text == "epoch >= args.warmup"
    assert fact.place.text.startswith("if epoch >= args.warmup:")


@pytest.mark.parametrize(
    ("flag", "by_default"),
    [("os.getenv('A', 'x') == 'x'", True), ("os.getenv('A') == 'x'", None)],
)
def test_what_the_defaults_say(flag: str, by_default: bool | None) -> None:
    result, located = step(f"import os\nflag = {flag}\nif flag:\n    scheduler.step()\n")
    assert [fact.by_default for fact in guards_of(located.path, result.loops)] == [by_default]


def test_conjunctions_are_taken_apart() -> None:
    _, located = step(LOOPS.format(condition="use_scheduler and epoch >= 5"))
    assert len(conditions(located.path)) == 2


def test_what_encloses_a_step_but_not_a_construction() -> None:
    script = """
for fold in range(5):
    scheduler = StepLR(optimizer, 30)
    for epoch in range(epochs):
        optimizer.step()
        scheduler.step()
"""
    result = run(script, SETUP)
    ((located, _),) = result.events(SchedulerStep)
    inner = relative(located.path, result.built.path)
    assert [node.loop.target for node in inner if isinstance(node, Repeat)] == ["epoch"]
    assert relative(located.path, ()) == located.path
    assert relative(located.path, located.path) == ()


def test_settled_conditions() -> None:
    _, located = step("if a:\n    if b:\n        scheduler.step()\n")
    a, b = conditions(located.path)
    either = any_of(a, b)
    assert not isinstance(either, bool)
    assert is_settled(a, [a])
    assert not is_settled(a, [b])
    assert is_settled(either, [a])
    assert not is_settled(either, [negate(a)])


def test_a_path_that_contradicts_what_is_known() -> None:
    _, located = step("if a:\n    scheduler.step()\n")
    (a,) = conditions(located.path)
    assert excluded(located.path, [negate(a)])
    assert not excluded(located.path, [a])


def test_settled_conditions_are_no_guards() -> None:
    result, located = step("if a:\n    if b:\n        scheduler.step()\n")
    a, _ = conditions(located.path)
    assert [fact.text for fact in guards_of(located.path, result.loops, [a])] == ["b"]


def test_the_conditions_of_a_construction_count_nothing() -> None:
    script = """
for epoch in range(epochs):
    if epoch >= 5:
        scheduler = StepLR(optimizer, 3)
    scheduler.step()
"""
    result = run(script, SETUP)
    (fact,) = construction_guards(result.built.path, result.loops)
    assert (fact.kind, fact.loop) == (GuardKind.OTHER, None)
