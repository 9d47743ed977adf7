"""What one iteration of each loop is, and whether a break ends a loop early."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.trace import Block, Repeat, When
from lrlint.facts import LoopKind

from .scripts import Run, run

EPOCH, BATCH, OTHER = LoopKind.EPOCH, LoopKind.BATCH, LoopKind.OTHER


def repeats(block: Block) -> list[Repeat]:
    """Return all loops of a trace, outer loops first."""
    found: list[Repeat] = []
    for node in block:
        if isinstance(node, Repeat):
            found.append(node)
        if isinstance(node, Repeat | When):
            found += repeats(node.body)
    return found


def kinds(script: str) -> list[LoopKind]:
    """Return the kinds of the loops of a script, outer loops first."""
    result = run(script)
    return [result.loops.kind(loop) for loop in repeats(result.trace)]


@pytest.mark.parametrize(
    ("header", "inner", "expected"),
    [
        ("for epoch in range(epochs)", "for x in train_loader", [EPOCH, BATCH]),
        ("for i in range(epochs)", "for x in train_loader", [EPOCH, BATCH]),
        ("for epoch in range(epochs)", "for i in range(n)", [EPOCH, BATCH]),
        ("for epoch in range(epochs)", "for step in range(n)", [EPOCH, BATCH]),
        ("for a in range(n)", "for step in range(m)", [EPOCH, BATCH]),
        ("for fold in range(5)", "for epoch in range(epochs)", [OTHER, EPOCH]),
        ("for seed in range(5)", "for i in range(n)", [OTHER, EPOCH]),
        ("while step < n", "for x in train_loader", [EPOCH, BATCH]),
    ],
)
def test_two_loops_around_an_update(header: str, inner: str, expected: list[LoopKind]) -> None:
    assert kinds(f"{header}:\n    {inner}:\n        optimizer.step()\n") == expected


@pytest.mark.parametrize("header", ["for i in range(n)", "for step in range(n)"])
def test_a_loop_over_optimizers_has_no_batches(header: str) -> None:
    script = f"all = [optimizer]\n{header}:\n    for name in names:\n        all[name].step()\n"
    outer = BATCH if "step in" in header else EPOCH
    assert kinds(script) == [outer, OTHER]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("for epoch in range(epochs)", EPOCH),
        ("for step in range(max_steps)", BATCH),
        ("for x in train_loader", BATCH),
        ("for i in range(n)", EPOCH),
        ("for i in range(args.num_epochs)", EPOCH),
        ("while state.step < cfg.n_steps", BATCH),
        ("while state.epoch < cfg.n_epochs", EPOCH),
        ("while state.going", EPOCH),
    ],
)
def test_one_loop_around_an_update(header: str, expected: LoopKind) -> None:
    assert kinds(f"{header}:\n    optimizer.step()\n") == [expected]


def test_of_three_loops_the_one_over_data_counts_batches() -> None:
    script = """
for fold in range(5):
    for epoch in range(epochs):
        for x in train_loader:
            for part in range(2):
                optimizer.step()
"""
    assert kinds(script) == [OTHER, EPOCH, BATCH, OTHER]


def test_the_loop_nearest_to_the_batches_counts_epochs_where_none_says_so() -> None:
    script = """
for a in range(n):
    for b in range(m):
        for x in train_loader:
            optimizer.step()
"""
    assert kinds(script) == [OTHER, EPOCH, BATCH]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for _ in range(start):\n    scheduler.step()\n", LoopKind.REPLAY),
        ("for x in val_loader:\n    scheduler.step(loss)\n", LoopKind.EVALUATION),
        ("for x in train_loader:\n    scheduler.step()\n", BATCH),
        (
            "with torch.no_grad():\n    for x in train_loader:\n        scheduler.step(loss)\n",
            LoopKind.EVALUATION,
        ),
        ("for epoch in range(n):\n    scheduler.step()\n    log()\n", EPOCH),
        ("for a in range(n):\n    scheduler.step()\n    log()\n", OTHER),
    ],
)
def test_a_loop_without_an_update(script: str, expected: LoopKind) -> None:
    assert kinds(script) == [expected]


def test_a_loop_over_steps_in_an_epoch_without_an_update() -> None:
    script = """
for epoch in range(epochs):
    for step in range(n):
        scheduler.step()
        log()
"""
    assert kinds(script) == [EPOCH, BATCH]


def loop_of(body: str) -> tuple[Run, Repeat]:
    """Return a loop over steps with a body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    result = run(f"steps = 0\nfor step in range(100):\n    optimizer.step()\n{lines}")
    return result, repeats(result.trace)[0]


@pytest.mark.parametrize(
    ("body", "cut", "may_break", "stops_early"),
    [
        ("", False, False, False),
        ("if step >= limit: break", False, False, False),  # the trip count says so
        ("steps += 1\nif steps >= 50: break", True, True, False),
        ("steps += 1\nif flag:\n    if steps >= 50: break", True, True, False),
        ("if flag: break", False, True, False),
        ("if loss.item() > best: break", False, True, True),
        ("if stopper.early_stop: break", False, True, True),
        ("while True:\n    if step >= limit: break\n    optimizer.step()", False, False, False),
    ],
)
def test_breaks(body: str, cut: bool, may_break: bool, stops_early: bool) -> None:
    result, loop = loop_of(body)
    fact = result.loops.fact(loop)
    assert result.loops.is_cut(loop) is cut
    assert fact.may_break is may_break
    assert fact.stops_early is stops_early


def test_a_loop_has_one_fact() -> None:
    result, loop = loop_of("")
    assert result.loops.fact(loop) is result.loops.fact(loop)


def test_the_loop_that_is_called_epoch_is_the_epoch_loop() -> None:
    script = """
for epoch in range(num_epochs):
    for _ in range(epoch_repeats):
        for x in train_loader:
            optimizer.step()
"""
    assert kinds(script) == [EPOCH, OTHER, BATCH]
