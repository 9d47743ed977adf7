"""Where states are read, restored and written to disk."""

from __future__ import annotations

import pytest

from lrlint.analysis.derive.state_calls import calls_on, restored_first
from lrlint.facts import Checkpoint

from .scripts import SETUP, run, training

LOAD = "optimizer.load_state_dict(torch.load(path))\n"
BUILD = "scheduler = StepLR(optimizer, 30)\n"


def test_the_calls_on_an_optimizer_and_a_scheduler() -> None:
    result = run("""
for epoch in range(epochs):
    optimizer.step()
    if epoch % 10 == 0:
        scheduler.state_dict()
optimizer.load_state_dict(state)
""")
    (read,) = calls_on(result.scheduler, result.located, result.loops)
    assert (read.method, [loop.over for loop in read.loops]) == ("state_dict", ["range(epochs)"])
    assert [guard.text for guard in read.guards] == ["(epoch) % 10 == 0"]
    (restored,) = calls_on(result.optimizer, result.located, result.loops)
    assert restored.method == "load_state_dict"
    assert restored.order > read.order


@pytest.mark.parametrize(
    ("script", "own"),
    [
        ("scheduler.load_state_dict(torch.load(path))", False),
        ("state = scheduler.state_dict()\nscheduler.load_state_dict(state)", True),
    ],
)
def test_a_state_of_the_same_run(script: str, own: bool) -> None:
    result = run(script + "\n")
    *_, call = calls_on(result.scheduler, result.located, result.loops)
    assert call.own_state is own


def test_a_call_inside_a_scheduler_class() -> None:
    result = run(
        """
class Warmup(LRScheduler):
    def rates(self):
        return scheduler.get_lr()

Warmup.rates(None)
scheduler.get_lr()
""",
        SETUP + BUILD,
    )
    calls = calls_on(result.scheduler, result.located, result.loops)
    assert [call.inside_scheduler_class for call in calls] == [True, False]


@pytest.mark.parametrize(
    ("script", "restored"),
    [
        (LOAD + BUILD, True),
        (BUILD + LOAD, False),
        (BUILD, False),
        ("if resume:\n    " + LOAD + BUILD, True),
        ("if resume:\n    " + LOAD + "if not resume:\n    " + BUILD, False),
        ("state = optimizer.state_dict()\noptimizer.load_state_dict(state)\n" + BUILD, False),
    ],
)
def test_a_checkpoint_that_is_loaded_before_the_construction(script: str, restored: bool) -> None:
    result = run(script, SETUP)
    call = restored_first(result.optimizer, result.built, result.located, result.loops)
    assert (call is not None) is restored


def saved(content: str) -> Checkpoint:
    """Return the file that a script saves."""
    (checkpoint,) = training(f"torch.save({content}, path)\n").checkpoints
    return checkpoint


@pytest.mark.parametrize(
    ("content", "optimizers", "schedules", "is_open"),
    [
        ("{'o': optimizer.state_dict()}", 1, 0, False),
        ("{'o': optimizer.state_dict(), 's': scheduler.state_dict()}", 1, 1, False),
        ("scheduler", 0, 1, False),
        ("{'o': optimizer.state_dict(), **more}", 1, 0, True),
    ],
)
def test_what_a_checkpoint_holds(
    content: str, optimizers: int, schedules: int, is_open: bool
) -> None:
    checkpoint = saved(content)
    assert (len(checkpoint.optimizers), len(checkpoint.schedules)) == (optimizers, schedules)
    assert checkpoint.open is is_open
