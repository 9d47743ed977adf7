"""What recording costs: ``python benchmarks/recording.py``.

Times an optimizer whose step does nothing, bare, with an empty hook pair and with the recorder on,
side by side in one process, in turns; and Lightning's LearningRateMonitor beside the same loop
where Lightning is installed. Microseconds per optimizer step, the best of several rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from lrlint.runtime.session import Mode, Session


class Idle(torch.optim.Optimizer):
    """An optimizer that leaves the weights as they are."""

    def __init__(self, params: Any, lr: Any) -> None:
        super().__init__(params, {"lr": lr})

    def step(self, closure: Any = None) -> None:
        """Nothing."""


def optimizer_of(groups: int, lr: Any) -> Idle:
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(groups)]
    copies = [lr.clone() if isinstance(lr, torch.Tensor) else lr for _ in range(groups)]
    return Idle([{"params": [p], "lr": x} for p, x in zip(parameters, copies, strict=True)], lr)


@contextmanager
def bare() -> Iterator[None]:
    yield


@contextmanager
def empty() -> Iterator[None]:
    def hook(*_: Any) -> None:
        return None

    handles = [register_optimizer_step_pre_hook(hook), register_optimizer_step_post_hook(hook)]
    yield
    for handle in handles:
        handle.remove()


@contextmanager
def recorded() -> Iterator[None]:
    session = Session(Mode.RECORD)
    session.start()
    yield
    session.stop()


def measure(around: Callable[[], Any], groups: int, lr: Any, steps: int, schedule: bool) -> float:
    """Microseconds per step."""
    with around():
        optimizer = optimizer_of(groups, lr)
        scheduler = CosineAnnealingLR(optimizer, T_max=steps) if schedule else None
        optimizer.step()
        begin = time.perf_counter()
        if scheduler is None:
            for _ in range(steps):
                optimizer.step()
        else:
            for _ in range(steps):
                optimizer.step()
                scheduler.step()
        return (time.perf_counter() - begin) / steps * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| LR | groups | scheduler | bare | empty hooks | recorded | above empty hooks |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for lr in (0.1, torch.tensor(0.1)):
        for groups in (1, 4):
            for schedule in (False, True):
                best = [float("inf")] * 3
                for _ in range(options.rounds):
                    for index, around in enumerate((bare, empty, recorded)):
                        took = measure(around, groups, lr, options.steps, schedule)
                        best[index] = min(best[index], took)
                kind = "tensor" if isinstance(lr, torch.Tensor) else "float"
                numbers = " | ".join(f"{one:.2f}" for one in best)
                what = "every step" if schedule else "none"
                print(f"| {kind} | {groups} | {what} | {numbers} | {best[2] - best[1]:.2f} |")


if __name__ == "__main__":
    main()
