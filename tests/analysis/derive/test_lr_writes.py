"""The LRs that a script writes itself."""

from __future__ import annotations

import pytest

from lrlint.analysis.derive.lr_writes import writes
from lrlint.facts import Write

from .scripts import SETUP, run, text


def written(script: str) -> tuple[Write, ...]:
    """Return the writes of a script as seen from the construction of its scheduler."""
    result = run(script)
    return writes(result.optimizer, result.built.path, result.located, result.loops)


@pytest.mark.parametrize(
    ("statement", "value", "group"),
    [
        ("optimizer.param_groups[0]['lr'] = 0.5", "0.5", 0),
        ("for g in optimizer.param_groups: g['lr'] = len(loader)", "len(loader)", None),
        ("optimizer.param_groups[0]['lr'] = make()", None, 0),
        ("optimizer.param_groups[1]['lr'] *= 0.5", None, 1),
        ("optimizer.param_groups[-1]['lr'] = 0.5", "0.5", 0),
    ],
)
def test_what_is_written(statement: str, value: str | None, group: int | None) -> None:
    (write,) = written(statement + "\n")
    assert (text(write.value), write.group) == (value, group)


@pytest.mark.parametrize(
    ("script", "from_scratch"),
    [
        ("group['lr'] = 0.5", True),
        ("group['lr'] = rate(epoch)", True),
        ("group['lr'] = 2 * scheduler.get_last_lr()[0]", False),
        ("group['lr'] = half(group['lr'])", False),
        ("group['lr'] *= 0.5", False),
        ("lr = rate(epoch)\ngroup['lr'] = lr", True),
        ("lr = half(optimizer.param_groups[0]['lr'])\ngroup['lr'] = lr", False),
        ("def put(lr):\n    group['lr'] = lr\nput(rate(3))", True),
        ("def put(lr):\n    group['lr'] = lr\nput(half(scheduler.get_last_lr()))", False),
        ("def put(lr):\n    group['lr'] = lr\nput(unknown)", False),
    ],
)
def test_whether_the_lr_in_use_is_read(script: str, from_scratch: bool) -> None:
    (write,) = written(f"group = optimizer.param_groups[0]\n{script}\n")
    assert write.from_scratch is from_scratch


def test_loops_and_guards_of_a_write() -> None:
    (write,) = written("""
for epoch in range(epochs):
    if epoch < 5:
        optimizer.param_groups[0]['lr'] = 0.5
""")
    assert [loop.over for loop in write.loops] == ["range(epochs)"]
    assert [guard.text for guard in write.guards] == ["epoch < 5"]


def test_a_write_that_excludes_the_construction() -> None:
    result = run(
        """
if schedule:
    scheduler = StepLR(optimizer, 30)
if schedule:
    optimizer.param_groups[0]['lr'] = 0.5
if not schedule:
    optimizer.param_groups[0]['lr'] = 0.1
""",
        SETUP,
    )
    args = result.located, result.loops
    assert len(writes(result.optimizer, (), *args)) == 2
    (write,) = writes(result.optimizer, result.built.path, *args)
    assert (text(write.value), write.guards) == ("0.5", ())


def test_writes_to_another_optimizer() -> None:
    assert written("other = torch.optim.SGD(p, lr=1)\nother.param_groups[0]['lr'] = 0.5\n") == ()
