"""Every scheduler of torch, built for a training of ``n`` steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer
from torch.optim import lr_scheduler as lrs
from torch.optim.swa_utils import SWALR

Build = Callable[[Optimizer, int], Any]


def _sequential(optimizer: Optimizer, n: int) -> Any:
    warmup = lrs.LinearLR(optimizer, start_factor=0.1, total_iters=n // 10)
    cosine = lrs.CosineAnnealingLR(optimizer, T_max=n - n // 10, eta_min=1e-5)
    return lrs.SequentialLR(optimizer, [warmup, cosine], milestones=[n // 10])


def _chained(optimizer: Optimizer, n: int) -> Any:
    return lrs.ChainedScheduler(
        [
            lrs.ConstantLR(optimizer, factor=0.5, total_iters=n // 10),
            lrs.ExponentialLR(optimizer, gamma=0.01 ** (1 / n)),
        ],
        optimizer,
    )


BUILD: dict[str, Build] = {
    "LambdaLR": lambda o, n: lrs.LambdaLR(o, lambda t: max(0.01, 1 - t / n)),
    "MultiplicativeLR": lambda o, n: lrs.MultiplicativeLR(o, lambda t: 0.01 ** (1 / n)),
    "StepLR": lambda o, n: lrs.StepLR(o, step_size=n // 3, gamma=0.5),
    "MultiStepLR": lambda o, n: lrs.MultiStepLR(o, milestones=[n // 2, 3 * n // 4], gamma=0.5),
    "ConstantLR": lambda o, n: lrs.ConstantLR(o, factor=0.5, total_iters=n // 4),
    "LinearLR": lambda o, n: lrs.LinearLR(o, start_factor=0.1, total_iters=n // 2),
    "ExponentialLR": lambda o, n: lrs.ExponentialLR(o, gamma=0.01 ** (1 / n)),
    "PolynomialLR": lambda o, n: lrs.PolynomialLR(o, total_iters=n + 1, power=0.9),
    "CosineAnnealingLR": lambda o, n: lrs.CosineAnnealingLR(o, T_max=n, eta_min=1e-5),
    "CosineAnnealingWarmRestarts": lambda o, n: lrs.CosineAnnealingWarmRestarts(
        o, T_0=n // 3, eta_min=1e-5
    ),
    "CyclicLR": lambda o, n: lrs.CyclicLR(o, 0.001, 0.1, step_size_up=n // 8),
    "OneCycleLR": lambda o, n: lrs.OneCycleLR(o, max_lr=0.1, total_steps=n + 1),
    "ReduceLROnPlateau": lambda o, n: lrs.ReduceLROnPlateau(o, patience=n // 10),
    "SWALR": lambda o, n: SWALR(o, swa_lr=0.005, anneal_epochs=n // 2),
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
}
