"""A training goes on as it would without the recorder, whatever it does."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lrs

import lrlint
from lrlint.runtime.recorder.optimizer_listener import OptimizerListener
from lrlint.runtime.recorder.scheduler_listener import SchedulerListener
from lrlint.runtime.session import Mode, Session

from .trainings import parameters, recorded_steps

SGD = torch.optim.SGD


# -- warnings name the line of the user, not one of ours


def steps_first() -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = lrs.StepLR(optimizer, 3)
    scheduler.step()
    optimizer.step()


def gives_an_epoch() -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = lrs.StepLR(optimizer, 3)
    optimizer.step()
    scheduler.step(1)


def gives_plateau_an_epoch() -> None:
    optimizer = SGD(parameters(), lr=0.1)
    optimizer.step()
    lrs.ReduceLROnPlateau(optimizer).step(1.0, 1)


def replaces_step() -> None:
    optimizer = SGD(parameters(), lr=0.1)
    scheduler = lrs.StepLR(optimizer, 3)
    optimizer.step = lambda: None  # type: ignore[method-assign, assignment, misc]
    optimizer.step()
    scheduler.step()


def asks_get_lr() -> None:
    optimizer = SGD(parameters(), lr=0.1)
    lrs.StepLR(optimizer, 3).get_lr()


@pytest.mark.parametrize(
    "training", [steps_first, gives_an_epoch, gives_plateau_an_epoch, replaces_step, asks_get_lr]
)
def test_a_warning_is_that_of_torch(training: Callable[[], None]) -> None:
    def warned() -> list[tuple[str, int, str]]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            training()
        return [(one.filename, one.lineno, str(one.message)) for one in caught]

    alone = warned()
    with lrlint.watch(mode="record"):
        watched = warned()
    assert watched == alone != []


# -- shapes of optimizers and steps


def test_an_optimizer_with_closures_makes_one_step_for_many_evaluations() -> None:
    def training() -> Any:
        weight = torch.nn.Parameter(torch.ones(3))
        optimizer = torch.optim.LBFGS([weight], lr=0.1, max_iter=5)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        evaluations = 0

        def closure() -> torch.Tensor:
            nonlocal evaluations
            evaluations += 1
            optimizer.zero_grad()
            loss: torch.Tensor = weight.square().sum()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        for _ in range(4):
            optimizer.step(closure)  # type: ignore[arg-type]
            scheduler.step()
        assert evaluations > 4
        return optimizer, scheduler

    assert recorded_steps(training) == [4]


def test_an_exception_inside_a_step_leaves_no_trace() -> None:
    class Fails(SGD):
        def step(self, closure: Any = None) -> Any:
            if closure is not None:
                raise ArithmeticError("inside")
            return super().step()

    def training() -> Any:
        optimizer = Fails(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        for turn in range(9):
            if turn % 3 == 1:
                with pytest.raises(ArithmeticError, match="inside"):
                    optimizer.step(lambda: 0.0)
            else:
                optimizer.step()
                scheduler.step()
        return optimizer, scheduler

    assert recorded_steps(training) == [6]


def stepped_five_times(optimizer: torch.optim.Optimizer, *arguments: Any) -> Any:
    scheduler = lrs.ExponentialLR(optimizer, 0.9)
    for _ in range(5):
        optimizer.step(*arguments)
        scheduler.step()
    return optimizer, scheduler


def test_a_step_whose_inner_step_fails_counts_all_the_same() -> None:
    class Retries(SGD):
        def step(self, closure: Any = None) -> Any:
            with contextlib.suppress(ArithmeticError):
                super().step(closure)
            return super().step()

    def fail() -> float:
        raise ArithmeticError("once")

    def training() -> Any:
        SGD(parameters(), lr=0.1)  # torch wraps a class's step at its first construction
        return stepped_five_times(Retries(parameters(), lr=0.1), fail)

    assert recorded_steps(training) == [5]


def test_a_hook_that_replaces_the_arguments_of_steps_within_steps() -> None:
    class Outer(SGD):
        def step(self, closure: Any = None) -> Any:
            return super().step(closure)

    def training() -> Any:
        SGD(parameters(), lr=0.1)
        optimizer = Outer(parameters(), lr=0.1)
        optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: (args, dict(kwargs)))
        return stepped_five_times(optimizer)

    assert recorded_steps(training) == [5]


def test_a_step_inside_two_others_counts_once() -> None:
    class Outer(SGD):
        def step(self, closure: Any = None) -> Any:
            return super().step(closure)

    class Outermost(Outer):
        def step(self, closure: Any = None) -> Any:
            return super().step(closure)

    def training() -> Any:
        for cls in (SGD, Outer):
            cls(parameters(), lr=0.1)  # torch wraps a class's step at its first construction
        return stepped_five_times(Outermost(parameters(), lr=0.1))

    assert recorded_steps(training) == [5]


def test_copies_and_pickles_are_optimizers_of_their_own() -> None:
    def training() -> Any:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        copies = [copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))]
        for _ in range(5):
            optimizer.step()
            scheduler.step()
            for one in copies:
                one.step()
        return optimizer, scheduler

    assert recorded_steps(training) == [5]


def test_a_copied_pair_goes_on_by_itself() -> None:
    def training() -> Any:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        optimizer.step()
        scheduler.step()
        other, follower = copy.deepcopy((optimizer, scheduler))
        for _ in range(5):
            other.step()
            follower.step()
        return optimizer, scheduler

    # The copy's LR changes, too; what changes it was not seen to be built.
    assert recorded_steps(training) == [1, 5]


def test_optimizers_that_are_gone_are_let_go_and_their_ids_are_no_confusion() -> None:
    session = Session(Mode.RECORD)
    session.start()
    gc.freeze()  # what other tests have left behind makes each collection slow
    for turn in range(50):
        optimizer = SGD(parameters(), lr=0.1 + turn)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        optimizer.step()
        scheduler.step()
        del optimizer, scheduler
        gc.collect()
    gc.unfreeze()
    session.stop()
    assert session.hooks.failure is None
    assert len(session.recorder.optimizer_listener._by_id) == 0
    assert {record.steps for record in session.recorder.optimizers} == {1}
    assert [one for one in session.findings() if one.code == "LR901"] == []


def test_zero_redundancy_optimizers_step_once(tmp_path: Any) -> None:
    import torch.distributed as dist
    from torch.distributed.optim import ZeroRedundancyOptimizer

    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:

        def training() -> Any:
            optimizer = ZeroRedundancyOptimizer(parameters(2), optimizer_class=SGD, lr=0.1)
            scheduler = lrs.ExponentialLR(optimizer, 0.9)
            for _ in range(5):
                optimizer.step()
                scheduler.step()
            return optimizer, scheduler

        assert recorded_steps(training) == [5]
    finally:
        dist.destroy_process_group()


@pytest.mark.slow
@pytest.mark.parametrize("tensor", [False, True])
def test_a_compiled_step_stays_one_graph(tensor: bool) -> None:
    graphs = 0

    def backend(graph: Any, _: Any) -> Any:
        nonlocal graphs
        graphs += 1
        return graph.forward

    def training() -> Any:
        torch._dynamo.reset()
        weight = torch.nn.Parameter(torch.ones(3))
        optimizer = SGD([weight], lr=torch.tensor(0.1) if tensor else 0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        compiled = torch.compile(optimizer.step, backend=backend)
        for _ in range(6):
            weight.grad = torch.ones(3)
            compiled()
            scheduler.step()
        return optimizer, scheduler

    training()
    alone, graphs = graphs, 0
    assert recorded_steps(training) == [6]
    assert graphs == alone


# -- gradient scaling


def overflowing(
    fused: bool, at: frozenset[int], steps: int = 8
) -> tuple[list[str], list[Any], Any]:
    with lrlint.watch(mode="record") as watch:
        weight = torch.nn.Parameter(torch.ones(1))
        optimizer = SGD([weight], lr=0.1, fused=fused)
        scheduler = lrs.CosineAnnealingLR(optimizer, T_max=steps, eta_min=1e-3)
        scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
        for step in range(steps):
            weight.grad = torch.full((1,), float("inf") if step in at else 1.0)
            scaler.scale(weight.detach())  # torch begins to scale at the first call
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
    assert watch.recording.notes == ()
    records = watch._session.recorder.schedulers
    return [one.code for one in watch.findings], list(watch.recording.schedules), records[0]


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("at", [frozenset({0}), frozenset({0, 1, 2, 5})])
def test_steps_that_a_scaler_leaves_out(at: frozenset[int], fused: bool) -> None:
    codes, (track,), record = overflowing(fused, at)
    assert track.optimizer_steps == (8 if fused else 8 - len(at))  # a kernel decides, unseen
    assert track.scheduler_steps == 8
    assert record.overran == len(at)
    assert [one for one in codes if one in ("LR104", "LR105", "LR901")] == []


@pytest.mark.parametrize("fused", [False, True])
def test_no_step_is_left_out(fused: bool) -> None:
    codes, (track,), record = overflowing(fused, frozenset())
    assert (codes, track.optimizer_steps, record.overran) == ([], 8, 0)


# -- unknown things


class Own(lrs.LRScheduler):
    """A scheduler of the script's own that replaces ``step``."""

    def step(self, epoch: Any = None) -> None:
        self.last_epoch += 1
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] / (1 + self.last_epoch)


def test_a_scheduler_of_an_unknown_class_is_followed() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = Own(optimizer)
        for step in range(6):
            if step == 4:
                optimizer.param_groups[0]["lr"] = 0.5
            optimizer.step()
            scheduler.step()
    (track,) = watch.recording.schedules
    assert (track.scheduler, track.scheduler_steps) == ("Own", 6)
    assert track.first_divergence is not None
    assert track.first_divergence.step == 4
    assert "step" in vars(Own)
    assert Own.step.__code__.co_filename == __file__


class Delayed(lrs.LRScheduler):
    """Keeps the LR for some steps, then steps the scheduler that it was given."""

    def __init__(self, after: lrs.LRScheduler, steps: int) -> None:
        self.after, self.left = after, steps
        super().__init__(after.optimizer)

    def get_lr(self) -> Any:
        return [group["lr"] for group in self.optimizer.param_groups]

    def step(self, epoch: Any = None) -> None:
        self.left -= 1
        if self.left < 0:
            self.after.step()


@pytest.mark.parametrize("steps", [2, 99])
def test_a_scheduler_that_a_class_of_the_script_steps(steps: int) -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = Delayed(lrs.CosineAnnealingLR(optimizer, 4, eta_min=0.01), steps)
        for _ in range(6):
            optimizer.step()
            scheduler.step()
        del optimizer, scheduler
        gc.collect()
    assert [finding.message for finding in watch.findings] == []


def test_a_scheduler_that_is_given_another_optimizer() -> None:
    with lrlint.watch(mode="record") as watch:
        first, second = (SGD(parameters(), lr=0.1) for _ in range(2))
        scheduler = lrs.ExponentialLR(first, 0.9)
        for optimizer in (first, second):
            scheduler.optimizer = optimizer
            for _ in range(4):
                first.step()
                second.step()
                scheduler.step()
    assert [finding.message for finding in watch.findings] == []
    assert watch.recording.notes == ()


def test_one_step_more_outside_the_loop_is_no_step_twice() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.StepLR(optimizer, 4)
        for _ in range(5):
            optimizer.step()
            scheduler.step()
        scheduler.step()
        optimizer.step()
    assert [finding.message for finding in watch.findings] == []


def test_a_step_that_fails_is_no_training() -> None:
    with lrlint.watch(mode="record") as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.StepLR(optimizer, 4)
        optimizer.param_groups[0]["params"] = None
        with pytest.raises(TypeError):
            optimizer.step()
        del scheduler
    assert [finding.message for finding in watch.findings] == []


def test_trainings_in_threads() -> None:
    """The step of a scheduler in one thread is not a part of that in another."""

    def train() -> None:
        for _ in range(10):
            optimizer = SGD(parameters(), lr=0.1)
            warmup = lrs.LinearLR(optimizer, 0.1, total_iters=2)
            decay = lrs.ExponentialLR(optimizer, 0.9)
            scheduler = lrs.SequentialLR(optimizer, [warmup, decay], [2])
            for _ in range(4):
                optimizer.step()
                scheduler.step()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with lrlint.watch(mode="record") as watch:
            threads = [threading.Thread(target=train) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    tracks = watch.recording.schedules
    assert {(track.scheduler, track.scheduler_steps) for track in tracks} == {("SequentialLR", 4)}
    assert [finding.message for finding in watch.findings] == []


def test_a_scheduler_that_cannot_be_pickled() -> None:
    def training() -> Any:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.LambdaLR(optimizer, lambda step: 0.9**step)
        with pytest.raises(AttributeError):
            pickle.dumps(scheduler)
        state = scheduler.state_dict()
        for _ in range(3):
            optimizer.step()
            scheduler.step()
        scheduler.load_state_dict(state)
        return optimizer, scheduler

    assert recorded_steps(training) == [3]


def test_an_optimizer_without_param_groups(capsys: pytest.CaptureFixture[str]) -> None:
    class Bare(torch.optim.Optimizer):
        def __init__(self) -> None:
            self.steps = 0

        def step(self, closure: Any = None) -> None:
            self.steps += 1

    with lrlint.watch(mode="record") as watch:
        bare = Bare()
        bare.step()
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        optimizer.step()
        scheduler.step()
    assert bare.steps == 1
    assert watch.recording.schedules[0].optimizer_steps == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("listener", "method"),
    [
        (OptimizerListener, "before_step"),
        (OptimizerListener, "after_step"),
        (SchedulerListener, "stepped"),
    ],
)
def test_a_bug_inside_a_hook_costs_the_recording_and_no_more(
    listener: type, method: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(listener, method, fail)
    with lrlint.watch() as watch:
        optimizer = SGD(parameters(), lr=0.1)
        scheduler = lrs.ExponentialLR(optimizer, 0.9)
        for _ in range(3):
            optimizer.step()
            scheduler.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 * 0.9**3)
    (note,) = watch.recording.notes
    assert "nothing more is recorded" in note
    err = capsys.readouterr().err.splitlines()
    assert err[0] == f"lrlint: {note}"
    assert [line for line in err[1:] if "internal error" in line] == []
