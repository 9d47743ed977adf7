"""What is recorded, and that nothing is found where torch does what the schedule says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs
from torch.optim.swa_utils import SWALR

from lrlint.runtime.facts_of_run.training_facts import training_of
from lrlint.runtime.recorder.built_by_line import MOST_PER_LINE
from lrlint.runtime.session import Mode, Session

from .schedules import BUILD
from .trainings import advance, model, optimizer_of, recorded, update

N = 600


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


def test_a_manual_write_is_found_at_its_step_with_both_values() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.CosineAnnealingWarmRestarts(optimizer, T_0=50, eta_min=1e-3)
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


def test_swa_is_followed_by_its_own_law() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = SWALR(optimizer, swa_lr=0.01, anneal_epochs=5)
        for _ in range(10):
            update(optimizer)
            scheduler.step()
    (record,) = session.recorder.schedulers
    assert record.law is not None
    assert record.replay is not None
    assert session.recording().schedules[0].max_relative_error == 0


def test_more_schedulers_of_one_line_than_are_kept() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        schedulers = []
        for _ in range(MOST_PER_LINE + 3):
            schedulers.append(lrs.StepLR(optimizer, 3))
            update(optimizer)
            schedulers[-1].step()
    schedules = training_of(session.recorder).schedules
    assert len(schedules) == MOST_PER_LINE
    assert all(
        len(schedule.surroundings.competitors) == MOST_PER_LINE - 1 for schedule in schedules
    )
