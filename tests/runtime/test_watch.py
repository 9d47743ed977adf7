"""`lrlint.watch` and `lrlint.enable`, from within a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, MultiStepLR
from torch.utils.data import DataLoader, TensorDataset

import lrlint
from lrlint.diagnostics import Severity


def loader() -> DataLoader[tuple[torch.Tensor, ...]]:
    return DataLoader(TensorDataset(torch.randn(12, 2), torch.randn(12, 1)), batch_size=3)


def pair(t_max: int = 5) -> tuple[torch.optim.SGD, CosineAnnealingLR]:
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
    return optimizer, CosineAnnealingLR(optimizer, T_max=t_max, eta_min=1e-3)


def train(
    optimizer: torch.optim.Optimizer, scheduler: LRScheduler, epochs: int = 5
) -> Iterator[int]:
    batches = loader()
    for epoch in range(epochs):
        for _ in batches:
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    parameter.grad = torch.ones_like(parameter)
            optimizer.step()
        scheduler.step()
        yield epoch


def test_a_sound_training(capsys: pytest.CaptureFixture[str]) -> None:
    with lrlint.watch() as watch:
        list(train(*pair()))
    (track,) = watch.recording.schedules
    assert watch.findings == ()
    assert capsys.readouterr().err == ""
    assert (track.optimizer_steps, track.scheduler_steps, track.epochs) == (20, 5, 5)
    assert track.array().shape == (1, 20)
    assert track.array()[0, 0] == 0.1


def test_warn_prints_a_line_for_each_finding(capsys: pytest.CaptureFixture[str]) -> None:
    with lrlint.watch() as watch:
        list(train(*pair(t_max=2)))
    assert [one.code for one in watch.findings] == ["LR201"]
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert ": error[LR201] t-max-mismatch: T_max is 2" in err


@pytest.mark.parametrize(
    ("total_steps", "found"),
    [(None, ("LR201", Severity.WARNING)), (20, ("LR201", Severity.ERROR))],
)
def test_a_run_that_is_too_short_may_go_on(
    total_steps: int | None, found: tuple[str, Severity]
) -> None:
    with lrlint.watch(mode="record", total_steps=total_steps) as watch:
        list(train(*pair(t_max=50)))
    (finding,) = watch.findings
    assert (finding.code, finding.severity) == found
    assert ("unless another run goes on" in finding.message) is (total_steps is None)


def test_what_rests_on_the_end_waits_for_it() -> None:
    with lrlint.watch(mode="record") as watch:
        for _ in train(*pair(t_max=50), epochs=50):
            assert watch.findings == ()


def test_raise_ends_the_training_at_the_step() -> None:
    optimizer, _ = pair(t_max=10)
    scheduler = LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    with lrlint.watch(optimizer, scheduler, mode="raise") as watch:
        training = train(optimizer, scheduler, 10)
        assert [next(training) for _ in range(4)] == [0, 1, 2, 3]
        optimizer.param_groups[0]["lr"] = 0.7
        with pytest.raises(lrlint.ScheduleError, match="LR901") as caught:
            next(training)
        assert watch.recording.schedules[0].optimizer_steps == 17
    assert caught.value.findings[0].code == "LR901"


def test_what_was_built_before_is_known() -> None:
    optimizer, scheduler = pair(t_max=2)
    with lrlint.watch(scheduler, mode="record") as watch:
        list(train(optimizer, scheduler))
    (track,) = watch.recording.schedules
    assert track.scheduler == "CosineAnnealingLR"
    assert [one.code for one in watch.findings] == ["LR201"]


def test_milestones_of_a_scheduler_built_before_are_read() -> None:
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, milestones=[3, 9], gamma=0.5)
    with lrlint.watch(scheduler, mode="record") as watch:
        pass
    assert watch.findings == ()
    assert watch.recording.schedules[0].scheduler == "MultiStepLR"


def test_others_are_not_watched() -> None:
    optimizer, scheduler = pair()
    other, others = pair(t_max=2)
    with lrlint.watch(optimizer, mode="record") as watch:
        list(train(other, others))
        list(train(optimizer, scheduler))
    assert watch.findings == ()


def test_epochs_can_be_said_where_no_loader_tells() -> None:
    def by_hand(epochs: int | None) -> list[str]:
        with lrlint.watch(mode="record", epochs=epochs) as watch:
            optimizer, scheduler = pair(t_max=4)
            for _ in range(4):
                for _ in range(8):
                    optimizer.step()
                    scheduler.step()
        return [one.code for one in watch.findings]

    assert by_hand(4) == ["LR101"]


def test_enable_watches_what_is_built_afterwards() -> None:
    handle = lrlint.enable(mode="record")
    try:
        list(train(*pair(t_max=2)))
    finally:
        handle.close()
    assert [one.code for one in handle.findings] == ["LR201"]


@pytest.mark.parametrize("mode", ["loud", ""])
def test_an_unknown_mode(mode: str) -> None:
    with pytest.raises(lrlint.UserError, match="is none of raise, warn, record"):
        lrlint.watch(mode=mode)


def test_a_target_that_is_neither() -> None:
    with pytest.raises(lrlint.UserError, match="Linear is neither optimizer nor scheduler"):
        lrlint.watch(torch.nn.Linear(2, 1))


def test_the_environment_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRLINT_MODE", "raise")
    with pytest.raises(lrlint.ScheduleError), lrlint.watch(mode="record"):
        list(train(*pair(t_max=2)))


def test_an_exception_of_the_training_goes_first() -> None:
    def broken() -> None:
        with lrlint.watch(mode="raise"):
            list(train(*pair(t_max=2)))
            raise KeyError("the training's own")

    with pytest.raises(KeyError):
        broken()
