"""What the messages of the horizon and range rules say is what torch does.

Each script is linted and then run. The LR is read from the optimizer whenever it steps.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from itertools import pairwise
from textwrap import dedent, indent

import pytest

from lrlint.diagnostics import Diagnostic
from lrlint.linter.engine import lint_text

torch = pytest.importorskip("torch")


@dataclass(frozen=True)
class Run:
    """A finding, and the LRs that torch used: one list per param group."""

    message: str
    groups: list[list[float]]
    error: Exception | None

    @property
    def lrs(self) -> list[float]:
        return self.groups[0]

    def says(self, pattern: str) -> tuple[float, ...]:
        """The numbers in the groups of ``pattern``, which the message must hold."""
        found = re.search(pattern, self.message)
        assert found, f"{pattern!r} is not in {self.message!r}"
        return tuple(float(number) for number in found.groups())


SCRIPT = """
import torch
from torch.optim.lr_scheduler import *

EPOCHS = {epochs}
BATCHES = {batches}
weight = torch.nn.Parameter(torch.zeros(1))
data = torch.utils.data.TensorDataset(torch.zeros(BATCHES, 1))
loader = torch.utils.data.DataLoader(data, batch_size=1)
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = {scheduler}
for epoch in range(EPOCHS):
    for i, (x,) in enumerate(loader):
        (weight * x).sum().backward()
{batch}
{epoch}
"""
STEP = "optimizer.step()"
BATCHES = 3
"""Batches in an epoch where a script does not say."""


def script(
    scheduler: str, *, epochs: int, batches: int = BATCHES, batch: str = STEP, epoch: str = ""
) -> str:
    return SCRIPT.format(
        scheduler=scheduler,
        epochs=epochs,
        batches=batches,
        batch=indent(batch, 8 * " "),
        epoch=indent(epoch, 4 * " "),
    )


def per_epoch(scheduler: str, epochs: int) -> str:
    return script(scheduler, epochs=epochs, epoch="scheduler.step()")


def per_batch(scheduler: str, epochs: int, batches: int) -> str:
    batch = f"{STEP}\nscheduler.step()"
    return script(scheduler, epochs=epochs, batches=batches, batch=batch)


def finding(code: str, text: str) -> Diagnostic:
    report = lint_text(text, "script.py", pedantic=True)
    assert report.problems == ()
    (found,) = [one for one in report.diagnostics if one.code == code]
    return found


def run(code: str, text: str) -> Run:
    """Lint a script for a rule, then let torch run it."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    text = dedent(text)
    message = finding(code, text).message
    seen: list[list[float]] = []
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, _args, _kwargs: seen.append([g["lr"] for g in optimizer.param_groups])
    )
    error = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})
    except (ValueError, ArithmeticError, NotImplementedError) as raised:
        error = raised
    finally:
        hook.remove()
    return Run(message, [list(group) for group in zip(*seen, strict=True)], error)


def close(number: float) -> object:
    """Equal in the three digits that messages give."""
    return pytest.approx(number, rel=6e-3, abs=1e-12)


# -- LR201


@pytest.mark.parametrize(("t_max", "epochs"), [(50, 100), (20, 100), (7, 30), (90, 100)])
def test_more_steps_than_t_max(t_max: int, epochs: int) -> None:
    seen = run("LR201", per_epoch(f"CosineAnnealingLR(optimizer, {t_max}, 1e-3)", epochs))
    lowest, after, last = seen.says(r"down to (\S+) after (\d+) epochs.*epoch runs at (\S+)$")
    assert close(lowest) == min(seen.lrs)
    assert close(lowest) == seen.lrs[BATCHES * int(after)]
    assert close(last) == seen.lrs[-1]


def test_cycles_are_counted() -> None:
    seen = run("LR201", per_epoch("CosineAnnealingLR(optimizer, 10, 1e-3)", 51))
    (cycles,) = seen.says(r"makes ([\d.]+) more cycles?")
    peaks = [t for t in range(10, 51) if seen.lrs[BATCHES * t] == close(0.1)]
    assert len(peaks) == 2
    assert cycles == pytest.approx(2.05)  # the epochs after the first 10, in periods of 20


@pytest.mark.parametrize(("t_max", "epochs"), [(200, 100), (60, 50)])
def test_fewer_steps_than_t_max(t_max: int, epochs: int) -> None:
    seen = run("LR201", per_epoch(f"CosineAnnealingLR(optimizer, {t_max}, 1e-3)", epochs))
    (last,) = seen.says(r"ends at (\S+) and never reaches")
    assert close(last) == seen.lrs[-1]
    assert min(seen.lrs) > 1e-3


# -- LR202


def test_one_step_too_many_for_one_cycle() -> None:
    seen = run("LR202", per_batch("OneCycleLR(optimizer, 0.1, 20)", 12, 2))
    (call,) = seen.says(r"step\(\) number (\d+) raises ValueError")
    (epochs,) = seen.says(r"after (\S+) of 12 epochs")
    assert isinstance(seen.error, ValueError)
    assert len(seen.lrs) == call == 2 * epochs + 1


def test_one_cycle_cut_off() -> None:
    seen = run("LR202", per_batch("OneCycleLR(optimizer, 0.1, 50)", 10, 2))
    last, lowest = seen.says(r"ends at (\S+) instead of (\S+)$")
    whole = run("LR202", per_batch("OneCycleLR(optimizer, 0.1, 50)", 26, 2))
    assert close(last) == seen.lrs[-1]
    assert close(lowest) == min(whole.lrs)


# -- LR203


@pytest.mark.parametrize(("first", "times", "epochs"), [(10, 2, 100), (30, 1, 50), (80, 1, 60)])
def test_training_ends_inside_a_cycle(first: int, times: int, epochs: int) -> None:
    text = f"CosineAnnealingWarmRestarts(optimizer, {first}, {times}, eta_min=1e-3)"
    seen = run("LR203", per_epoch(text, epochs))
    done, whole, last = seen.says(r"ends (\d+) of (\d+) epochs into .* epoch runs at ([^;]+)")
    restart = BATCHES * (epochs - int(done))
    assert seen.lrs[restart] == 0.1
    assert close(last) == seen.lrs[-1]
    assert all(later < earlier for earlier, later in pairwise(seen.lrs[restart::BATCHES]))
    ends = [int(end) for end in re.findall(r"\d+", seen.message.partition("ends after")[2])]
    assert ends[-1] == epochs - done + whole
    assert ends[0] in (epochs - done, whole)


# -- LR206


def test_horizon_of_micro_batches() -> None:
    seen = run(
        "LR206",
        script(
            "CosineAnnealingLR(optimizer, EPOCHS * len(loader), 1e-3)",
            epochs=10,
            batches=12,
            batch=f"if (i + 1) % 4 == 0:\n    {STEP}\n    scheduler.step()",
        ),
    )
    (last,) = seen.says(r"1/4 of the schedule and ends at (\S+)$")
    assert len(seen.lrs) == 30
    assert close(last) == seen.lrs[-1]


# -- LR207


def test_milestones_that_no_epoch_equals() -> None:
    seen = run("LR207", per_epoch("MultiStepLR(optimizer, [EPOCHS * 0.5, EPOCHS * 0.7])", 15))
    (lr,) = seen.says(r"the LR stays at (\S+)$")
    assert set(seen.lrs) == {lr}


@pytest.mark.parametrize(
    "scheduler",
    [
        "CosineAnnealingLR(optimizer, len(loader) // 100)",
        "StepLR(optimizer, EPOCHS // 30)",
        "OneCycleLR(optimizer, 0.1, EPOCHS * len(loader) / 1)",
        "CosineAnnealingWarmRestarts(optimizer, EPOCHS / 2, eta_min=1e-3)",
    ],
)
def test_horizons_that_raise(scheduler: str) -> None:
    seen = run("LR207", per_epoch(scheduler, 10))
    assert type(seen.error).__name__ in seen.message or "divides by zero" in seen.message
    assert seen.error is not None


def test_step_size_that_is_a_learning_rate() -> None:
    seen = run("LR207", per_epoch("StepLR(optimizer, 0.1, 0.5)", 10))
    assert "never" in seen.message
    assert set(seen.lrs) == {0.1}


# -- LR301


@pytest.mark.parametrize("t_max", [16, 31, 47, 100, 391])
def test_steps_below_one_percent(t_max: int) -> None:
    seen = run("LR301", per_batch(f"CosineAnnealingLR(optimizer, {t_max})", t_max, 1))
    low = sum(lr < 0.001 for lr in seen.lrs)
    count = re.search(r"the last (\d+ )?of (\d+) steps runs? below 1 %", seen.message)
    assert count is not None
    assert (int(count[1] or 1), int(count[2])) == (low, t_max)
    assert all(lr < 0.001 for lr in seen.lrs[-low:])


@pytest.mark.parametrize("t_max", [3, 6, 10, 15])
def test_last_step_of_a_short_cosine(t_max: int) -> None:
    seen = run("LR301", per_epoch(f"CosineAnnealingLR(optimizer, {t_max})", t_max))
    (percent,) = seen.says(r"runs at (\S+) % of the base LR")
    assert percent == pytest.approx(100 * seen.lrs[-1] / 0.1, rel=0.05)


@pytest.mark.parametrize(("first", "times", "steps"), [(20, 1, 100), (20, 2, 140), (50, 1, 100)])
def test_low_steps_of_all_cycles(first: int, times: int, steps: int) -> None:
    text = f"CosineAnnealingWarmRestarts(optimizer, {first}, {times})"
    seen = run("LR301", per_batch(text, steps, 1))
    assert seen.says(r"(\d+) of (\d+) steps run below 1 %") == (
        sum(lr < 0.001 for lr in seen.lrs),
        steps,
    )


# -- LR302


def test_eta_min_above_the_lr() -> None:
    seen = run("LR302", per_epoch("CosineAnnealingLR(optimizer, EPOCHS, eta_min=0.5)", 20))
    first, last = seen.says(r"rises from (\S+) to (\S+)$")
    assert close(first) == seen.lrs[0]
    assert seen.lrs == sorted(seen.lrs)
    assert seen.lrs[-1] == pytest.approx(last, rel=0.02)


# -- LR401, LR405, LR409


def test_old_optimizer_is_driven() -> None:
    scheduler = "CosineAnnealingLR(optimizer, EPOCHS, eta_min=1e-3)"
    text = per_epoch(f"{scheduler}\noptimizer = torch.optim.SGD([weight], lr=0.02)", 5)
    seen = run("LR401", text)
    (lr,) = seen.says(r"its LR stays at (\S+)$")
    assert set(seen.lrs) == {lr}


def test_composites_have_no_get_lr() -> None:
    scheduler = "SequentialLR(optimizer, [LinearLR(optimizer), ExponentialLR(optimizer, 0.9)], [5])"
    text = script(scheduler, epochs=3, epoch="scheduler.step()\nprint(scheduler.get_lr())")
    seen = run("LR405", text)
    assert isinstance(seen.error, NotImplementedError)
    assert "NotImplementedError" in seen.message


def rebuilt(scheduler: str, *, per_batch: bool) -> str:
    step = "scheduler.step()"
    text = script(
        "None",
        epochs=8,
        batches=5,
        batch=f"{STEP}\n{step}" if per_batch else STEP,
        epoch="" if per_batch else step,
    )
    loop = "for epoch in range(EPOCHS):\n"
    return text.replace(loop, f"{loop}    scheduler = {scheduler}\n")


def test_cosine_built_in_every_epoch_stays_at_its_minimum() -> None:
    text = rebuilt("CosineAnnealingLR(optimizer, len(loader), eta_min=1e-3)", per_batch=True)
    seen = run("LR409", text)
    lr, rest, epochs = seen.says(r"stays at (\S+) for the other (\d+) of (\d+) epochs$")
    assert seen.lrs[5:] == [close(lr)] * int(5 * rest)
    assert len(seen.lrs) == 5 * epochs


def test_steps_built_in_every_epoch_never_decay() -> None:
    seen = run("LR409", rebuilt("StepLR(optimizer, 3)", per_batch=False))
    assert seen.says(r"first (\d+) of (\d+) steps") == (1, 3)
    assert set(seen.lrs) == {0.1}
