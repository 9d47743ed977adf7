"""What is recorded, and that nothing is found where torch does what the schedule says."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs

from lrlint.runtime.recorder.curve import COMPLETE, Curve
from lrlint.runtime.session import Mode, Session

from .schedules import BUILD

N = 600


@contextmanager
def recorded() -> Iterator[Session]:
    session = Session(Mode.RECORD)
    session.start()
    try:
        yield session
    finally:
        session.stop()
    assert session.hooks.failure is None


def model() -> torch.nn.Module:
    return torch.nn.Linear(2, 1)


def optimizer_of(net: torch.nn.Module, lr: Any = 0.1, groups: int = 1) -> torch.optim.SGD:
    if groups == 1:
        return torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    second = lr.clone() * 0.1 if isinstance(lr, torch.Tensor) else lr * 0.1
    first, last = net.parameters()
    both = [{"params": [first]}, {"params": [last], "lr": second}]
    return torch.optim.SGD(both, lr=lr, momentum=0.9)


def update(optimizer: torch.optim.Optimizer) -> None:
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter)
    optimizer.step()


def advance(scheduler: Any, step: int) -> None:
    if isinstance(scheduler, lrs.ReduceLROnPlateau):
        scheduler.step(1.0 / (1 + step // 200))
    else:
        scheduler.step()


def errors(session: Session) -> set[str]:
    return {one.code for one in session.findings() if one.code.startswith("LR9")}


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("lr", [0.1, torch.tensor(0.1)], ids=["float", "tensor"])
@pytest.mark.parametrize("name", BUILD)
def test_every_scheduler_is_followed(name: str, lr: Any, groups: int) -> None:
    lr = lr.clone() if isinstance(lr, torch.Tensor) else lr
    used = []
    with recorded() as session:
        optimizer = optimizer_of(model(), lr, groups)
        scheduler = BUILD[name](optimizer, N)
        for step in range(N):
            used.append([float(group["lr"]) for group in optimizer.param_groups])
            update(optimizer)
            advance(scheduler, step)
    track = session.recording().schedules[0]
    assert errors(session) == set()
    assert track.scheduler == name
    assert track.optimizer_steps == track.scheduler_steps == N
    assert [list(row) for row in zip(*track.lr, strict=True)] == [
        pytest.approx(row, rel=1e-6) for row in used
    ]
    if track.max_relative_error is not None:
        assert track.max_relative_error < (1e-12 if isinstance(lr, float) else 1e-5)


def test_a_curve_is_complete_up_to_its_limit_and_bounded_beyond() -> None:
    curve = Curve()
    for step in range(COMPLETE):
        curve.add(step, [float(step)], None)
    assert curve.at == list(range(COMPLETE))
    for step in range(COMPLETE, 100 * COMPLETE):
        curve.add(step, [float(step)], None)
    assert len(curve.at) <= COMPLETE
    assert curve.at == [int(lr[0]) for lr in curve.lr]
    assert {b - a for a, b in zip(curve.at, curve.at[1:], strict=False)} == {curve.stride}


def test_a_manual_write_is_found_at_its_step_with_both_values() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)
        for step in range(50):
            if step == 20:
                optimizer.param_groups[0]["lr"] = 0.5
            update(optimizer)
            scheduler.step()
    found = session.recording().schedules[0].first_divergence
    assert found is not None
    assert (found.step, found.group, found.used) == (20, 0, 0.5)
    assert found.expected == pytest.approx(0.001 + 0.0495 * (1 + 0.30901699437494745))
    assert "param_group" in found.writer
    assert errors(session) == {"LR901"}


def test_a_warm_up_by_hand_before_the_first_scheduler_step_is_no_departure() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.CosineAnnealingLR(optimizer, T_max=50, eta_min=1e-3)
        for step in range(50):
            if step < 10:
                optimizer.param_groups[0]["lr"] = 0.1 * (step + 1) / 10
            update(optimizer)
            if step >= 10:
                scheduler.step()
    assert errors(session) == set()


@pytest.mark.parametrize(("lr", "code"), [(float("nan"), "LR904"), (-0.1, "LR904")])
def test_an_lr_that_is_none_is_found(lr: float, code: str) -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.LambdaLR(optimizer, lambda t: 1.0 if t < 3 else lr / 0.1)
        for _ in range(6):
            update(optimizer)
            scheduler.step()
    (found,) = [one for one in session.findings() if one.code == code]
    assert "optimizer step 4" in found.message


def test_a_step_within_a_step_counts_once() -> None:
    class Twice(torch.optim.SGD):
        def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
            return super().step(closure)

    optimizer_of(model())  # torch patches SGD.step at the first construction
    with recorded() as session:
        optimizer = Twice(model().parameters(), lr=0.1)
        scheduler = lrs.StepLR(optimizer, 3)
        for _ in range(10):
            update(optimizer)
            scheduler.step()
    assert session.recording().schedules[0].optimizer_steps == 10


def test_a_step_that_raises_is_none() -> None:
    def fail() -> float:
        raise RuntimeError("no loss")

    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.StepLR(optimizer, 3)
        for turn in range(6):
            if turn % 2:
                with pytest.raises(RuntimeError, match="no loss"):
                    optimizer.step(fail)
            else:
                update(optimizer)
                scheduler.step()
    assert session.recording().schedules[0].optimizer_steps == 3


def test_a_copy_of_an_optimizer_is_another_one() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        lrs.StepLR(optimizer, 3)
        other = copy.deepcopy(optimizer)
        update(other)
        update(optimizer)
        update(optimizer)
    assert session.recording().schedules[0].optimizer_steps == 2


def test_what_is_gone_is_let_go() -> None:
    with recorded() as session:
        for _ in range(5):
            optimizer = optimizer_of(model())
            lrs.StepLR(optimizer, 3)
            update(optimizer)
        del optimizer
    assert len(session.recorder.optimizer_listener._by_id) <= 1


def test_tensor_lrs_are_read_without_waiting_for_the_device() -> None:
    from torch.utils._python_dispatch import TorchDispatchMode

    reads = []

    class Count(TorchDispatchMode):
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if "_local_scalar_dense" in str(func):
                reads.append(func)
            return func(*args, **(kwargs or {}))

    with recorded() as session:
        optimizer = optimizer_of(model(), torch.tensor(0.1))
        scheduler = lrs.ExponentialLR(optimizer, gamma=0.9)
        update(optimizer)
        scheduler.step()
        hooks = session.hooks
        before, after = hooks._step_hooks()
        with Count():
            for _ in range(50):
                before(optimizer, (), {})
                after(optimizer, (), {})
    assert reads == []


def test_a_bug_of_ours_does_not_stop_the_training(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(Mode.RAISE)
    session.start()
    try:
        optimizer = optimizer_of(model())
        scheduler = lrs.StepLR(optimizer, 3)

        def fail(*_: object) -> None:
            raise KeyError("a bug")

        monkeypatch.setattr(session.recorder.optimizer_listener.verifier, "_compare", fail)
        for _ in range(5):
            update(optimizer)
            scheduler.step()
    finally:
        session.stop()
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert err.startswith("lrlint: internal error in the recorder: KeyError: 'a bug'")
    assert session.recording().notes == (session.hooks.failure,)


def test_torch_is_left_as_it_was() -> None:
    classes = [torch.optim.Optimizer, *(c for c in vars(lrs).values() if isinstance(c, type))]
    before = [dict(vars(one)) for one in classes]
    with recorded():
        pass
    after = [dict(vars(one)) for one in classes]
    for one, (old, new) in zip(classes, zip(before, after, strict=True), strict=True):
        for name in ("__init__", "step", "load_state_dict"):
            assert old.get(name) is new.get(name), (one, name)


# -- resuming: the matrix of orders, against an uninterrupted run

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
"""Here the LR is right for the counter, which is back at 0: no value is wrong, the count is. A
CyclicLR goes round all the same."""


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
@pytest.mark.parametrize("name", REPLAYED)
def test_a_resume_is_found_out_where_its_lrs_are_others(name: str, order: tuple[str, ...]) -> None:
    expected, _ = trajectory(name, None)
    used, found = trajectory(name, order)
    right = used == pytest.approx(expected, rel=1e-9)
    if (name, order) in STARTS_OVER:
        assert found == ({"LR209"} if name != "CyclicLR" else set())
    elif right:
        assert found == set(), "a false alarm"
    elif order == ("optimizer", "build", "scheduler") and name != "ChainedScheduler":
        assert found == {"LR412"}, "not found"
    else:
        assert found == {"LR901"}, "not found"
