"""Resuming in every order of building and loading, against an uninterrupted run."""

from __future__ import annotations

import copy
import io
import sys
from types import SimpleNamespace

import pytest
import torch

from lrlint.runtime.session import Mode, Session

from .schedules import BUILD
from .trainings import advance, model, optimizer_of, update

ORDERS = {
    "build, load both": ("build", "optimizer", "scheduler"),
    "load optimizer, build, load scheduler": ("optimizer", "build", "scheduler"),
    "build, load scheduler only": ("build", "scheduler"),
    "build, load optimizer only": ("build", "optimizer"),
    "load optimizer, build": ("optimizer", "build"),
}
AT, LENGTH = 3, 12
RESUMES = ("LR209", "LR412", "LR413", "LR901")


def trajectory(name: str, order: tuple[str, ...] | None) -> tuple[list[float], set[str]]:
    """The LRs of the steps behind step AT, resumed in ``order`` or not interrupted, and what a
    recorder of the resumed part finds."""
    net = model()
    optimizer = optimizer_of(net)
    scheduler = BUILD[name](optimizer, LENGTH)
    for step in range(AT):
        update(optimizer)
        advance(scheduler, step)
    found: set[str] = set()
    used = []
    if order is not None:
        buffer = io.BytesIO()
        torch.save(
            {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, buffer
        )
        buffer.seek(0)
        state = torch.load(buffer, weights_only=False)
        session = Session(Mode.RECORD)
        session.start()
        optimizer = optimizer_of(net)
        for part in order:
            if part == "build":
                scheduler = BUILD[name](optimizer, LENGTH)
            elif part == "optimizer":
                optimizer.load_state_dict(state["optimizer"])
            else:
                scheduler.load_state_dict(state["scheduler"])
    for step in range(AT, LENGTH):
        used.append(optimizer.param_groups[0]["lr"])
        update(optimizer)
        advance(scheduler, step)
    if order is not None:
        session.stop()
        found = {one.code for one in session.findings() if one.code in RESUMES}
        assert session.hooks.failure is None
    return used, found


REPLAYED = [
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "PolynomialLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "OneCycleLR",
    "SWALR",
    "SequentialLR",
    "LambdaLR",
    "MultiplicativeLR",
    "ChainedScheduler",
]


STARTS_OVER = {
    *((name, ("build", "optimizer")) for name in ("StepLR", "MultiStepLR")),
    *(
        (name, ("optimizer", "build"))
        for name in ("StepLR", "MultiStepLR", "ConstantLR", "CyclicLR", "OneCycleLR")
    ),
    *(
        (name, ("optimizer", "build"))
        for name in ("CosineAnnealingWarmRestarts", "SequentialLR", "LambdaLR")
    ),
}
"""Here the LR is right for the counter, which is back at 0: no value is wrong, the count is."""


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
@pytest.mark.parametrize("name", REPLAYED)
def test_a_resume_is_found_out_where_its_lrs_are_others(name: str, order: tuple[str, ...]) -> None:
    expected, _ = trajectory(name, None)
    used, found = trajectory(name, order)
    right = used == pytest.approx(expected, rel=1e-9)
    if (name, order) in STARTS_OVER:
        assert found == {"LR209"}
    elif right:
        assert found == set(), "a false alarm"
    elif order == ("optimizer", "build", "scheduler") and name != "ChainedScheduler":
        assert found == {"LR412"}, "not found"
    else:
        assert found == {"LR901"}, "not found"


@pytest.mark.parametrize(("steps", "found"), [(AT, {"LR209"}), (0, set())])
def test_a_trainer_whose_checkpoint_lacks_the_states(
    steps: int, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Trainer:
        def __init__(self, scheduler: object) -> None:
            self.lr_scheduler, self.state = scheduler, SimpleNamespace(global_step=steps)

        def _load_optimizer_and_scheduler(self, checkpoint: str) -> None:
            """Load nothing, as transformers does where a file is missing."""

    module = SimpleNamespace(Trainer=Trainer)
    monkeypatch.setitem(sys.modules, "transformers.trainer", module)
    session = Session(Mode.RECORD)
    session.start()
    optimizer = optimizer_of(model())
    scheduler = BUILD["CosineAnnealingLR"](optimizer, LENGTH)
    Trainer(scheduler)._load_optimizer_and_scheduler("checkpoint")
    for step in range(steps, LENGTH):
        update(optimizer)
        advance(scheduler, step)
    session.stop()
    assert {one.code for one in session.findings() if one.code in RESUMES} == found
    assert session.hooks.failure is None


@pytest.mark.parametrize("name", ["StepLR", "OneCycleLR", "SequentialLR", "ChainedScheduler"])
@pytest.mark.parametrize("copied", [False, True], ids=["unpickled", "copied"])
def test_every_step_of_a_scheduler_that_no_constructor_builds(name: str, copied: bool) -> None:
    optimizer = optimizer_of(model())
    scheduler = BUILD[name](optimizer, LENGTH)
    for step in range(AT):
        update(optimizer)
        advance(scheduler, step)
    session = Session(Mode.RECORD)
    session.start()
    if copied:
        optimizer, scheduler = copy.deepcopy((optimizer, scheduler))
    else:
        buffer = io.BytesIO()
        torch.save({"both": (optimizer, scheduler)}, buffer)
        buffer.seek(0)
        optimizer, scheduler = torch.load(buffer, weights_only=False)["both"]
    for step in range(AT, LENGTH):
        update(optimizer)
        advance(scheduler, step)
    session.stop()
    (track,) = session.recording().schedules
    assert (track.scheduler, track.scheduler_steps) == (name, LENGTH - AT)
    assert not {one.code for one in session.findings() if one.code in RESUMES}
