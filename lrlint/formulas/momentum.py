"""The momentum (or Adam's beta1) that CyclicLR and OneCycleLR move against the LR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrlint.formulas.replay import Group


def uses_beta1(groups: Sequence[Group]) -> bool:
    """Whether `betas[0]` is the momentum; ValueError for an optimizer that has neither."""
    keys = groups[0] if groups else {}
    if "betas" not in keys and "momentum" not in keys:
        raise ValueError("cycle_momentum needs an optimizer with momentum or betas")
    return "betas" in keys


def set_momentum(group: Group, momentum: Any, beta1: bool) -> None:
    """Write `momentum` where this optimizer keeps it."""
    if beta1:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def set_momentum_range(
    groups: Sequence[Group], base: Sequence[Any], top: Sequence[Any], beta1: bool
) -> None:
    """Start every group at its highest momentum and note its range in the group itself."""
    for group, base_momentum, max_momentum in zip(groups, base, top, strict=True):
        set_momentum(group, max_momentum, beta1)
        group["max_momentum"] = max_momentum
        group["base_momentum"] = base_momentum
