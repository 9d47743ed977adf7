"""What recording costs: ``python benchmarks/recording.py``.

Times an optimizer whose step does nothing, bare, with an empty hook pair and with the recorder on,
side by side in one process, in turns. Then a fit of Lightning's, alone, with its
LearningRateMonitor, and with lrlint's callback, where Lightning is installed. Microseconds per
optimizer step. Each training is timed in slices, and of each slice the best of several rounds
counts: the early steps, which cost more, have their share, and a busy neighbour does not.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import mean
from typing import Any

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from lrlint.runtime.session import Mode, Session

SLICE = 500
"""Optimizer steps that are timed together."""


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


def measure(around: Callable[[], Any], groups: int, lr: Any, steps: int, every: int) -> list[float]:
    """Microseconds per step, for each slice of a training; its scheduler is stepped ``every`` so
    many of them, 0 for a training without one."""
    took = []
    with around():
        optimizer = optimizer_of(groups, lr)
        scheduler = CosineAnnealingLR(optimizer, T_max=steps) if every else None
        for _ in range(steps // SLICE):
            begin = time.perf_counter()
            if every == 1 and scheduler is not None:
                for _ in range(SLICE):
                    optimizer.step()
                    scheduler.step()
            else:
                for _ in range(SLICE):
                    optimizer.step()
                if scheduler is not None:
                    scheduler.step()
            took.append((time.perf_counter() - begin) / SLICE * 1e6)
    return took


def lightning_table(steps: int, rounds: int) -> Iterator[str]:
    """The rows of the fits of Lightning."""
    import logging
    import tempfile
    import warnings

    import lightning.pytorch as lightning
    from lightning.pytorch.callbacks import Callback, LearningRateMonitor
    from lightning.pytorch.loggers import CSVLogger

    from lrlint.integrations.lightning import LRVerifier

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: Any, _: int) -> Any:
            return self.layer(batch[0]).sum()

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=steps, eta_min=0.001)
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]

    data = torch.utils.data.TensorDataset(torch.zeros(steps, 1))

    def fit(callbacks: list[Callback]) -> float:
        with tempfile.TemporaryDirectory() as folder:
            trainer = lightning.Trainer(
                max_epochs=1,
                accelerator="cpu",
                logger=CSVLogger(folder, flush_logs_every_n_steps=1000),
                log_every_n_steps=1,
                callbacks=callbacks,
                enable_progress_bar=False,
                enable_checkpointing=False,
                enable_model_summary=False,
            )
            loader = torch.utils.data.DataLoader(data, batch_size=1)
            begin = time.perf_counter()
            trainer.fit(Module(), loader)
            return (time.perf_counter() - begin) / steps * 1e6

    choices: dict[str, Callable[[], list[Callback]]] = {
        "alone": list,
        "LearningRateMonitor": lambda: [LearningRateMonitor(logging_interval="step")],
        "lrlint's LRVerifier": lambda: [LRVerifier(mode="record")],
    }
    best = dict.fromkeys(choices, float("inf"))
    for _ in range(rounds):
        for name, callbacks in choices.items():
            best[name] = min(best[name], fit(callbacks()))
    for name, took in best.items():
        yield f"| {name} | {took:.1f} | {took - best['alone']:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| LR | groups | scheduler | bare | empty hooks | recorded | above empty hooks |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for lr in (0.1, torch.tensor(0.1)):
        for groups in (1, 4):
            for what, every in (("none", 0), (f"every {SLICE} steps", SLICE), ("every step", 1)):
                rounds: list[list[list[float]]] = [[], [], []]
                for _ in range(options.rounds):
                    for index, around in enumerate((bare, empty, recorded)):
                        took = measure(around, groups, lr, options.steps, every)
                        rounds[index].append(took)
                best = [mean(map(min, zip(*one, strict=True))) for one in rounds]
                kind = "tensor" if isinstance(lr, torch.Tensor) else "float"
                numbers = " | ".join(f"{one:.2f}" for one in best)
                row = f"| {kind} | {groups} | {what} | {numbers} | {best[2] - best[1]:.2f} |"
                print(row, flush=True)
    if importlib.util.find_spec("lightning") is None:
        return
    print("\n| a fit of Lightning's | per step | above alone |\n| --- | --- | --- |")
    for row in lightning_table(options.steps // 4, options.rounds):
        print(row, flush=True)


if __name__ == "__main__":
    main()
