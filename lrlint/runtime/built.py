"""What a scheduler of torch's own was built with, as far as the object itself keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from lrlint.runtime.shadow import law_of

_NAMES = {
    "schedulers": "_schedulers",
    "lr_lambda": "lr_lambdas",
    "min_lr": "min_lrs",
    "anneal_strategy": "_anneal_strategy",
}
"""Attributes that go by another name than their parameter; SequentialLR's milestones apart."""


def arguments_of(scheduler: Any) -> dict[str, object]:
    """The arguments by parameter; those that leave no trace are left out."""
    law = law_of(scheduler)
    if law is None:
        return {}
    kept: dict[str, object] = vars(scheduler)
    found: dict[str, object] = {}
    for parameter in law.parameters:
        name = _NAMES.get(parameter.name, parameter.name)
        if parameter.name != "last_epoch" and name in kept:
            found[parameter.name] = kept[name]
    if law.name in _SPECIAL:
        with suppress(LookupError, ArithmeticError):  # a release that keeps less
            found |= _SPECIAL[law.name](scheduler, kept)
    return found


def _multi_step(scheduler: Any, kept: Mapping[str, Any]) -> dict[str, object]:
    return {"milestones": sorted(kept["milestones"].elements())}


def _sequential(scheduler: Any, kept: Mapping[str, Any]) -> dict[str, object]:
    return {"milestones": list(kept["_milestones"])}


def _cyclic(scheduler: Any, kept: Mapping[str, Any]) -> dict[str, object]:
    up = kept["total_size"] * kept["step_ratio"]
    found: dict[str, object] = {
        "base_lr": list(kept["base_lrs"]),
        "max_lr": list(kept["max_lrs"]),
        "step_size_up": up,
        "step_size_down": kept["total_size"] - up,
        "scale_fn": kept.get("_scale_fn_custom"),
    }
    for name in ("base_momentum", "max_momentum"):
        if f"{name}s" in kept:
            found[name] = list(kept[f"{name}s"])
    return found


def _one_cycle(scheduler: Any, kept: Mapping[str, Any]) -> dict[str, object]:
    groups, phases = scheduler.optimizer.param_groups, kept["_schedule_phases"]
    total, first = kept["total_steps"], groups[0]
    return {
        "max_lr": [group["max_lr"] for group in groups],
        "total_steps": total,
        "pct_start": float((phases[0]["end_step"] + 1) / total),
        "anneal_strategy": kept["_anneal_func_type"],
        "three_phase": len(phases) == 3,
        "div_factor": float(first["max_lr"] / first["initial_lr"]),
        "final_div_factor": float(first["initial_lr"] / first["min_lr"]),
        **{name: first[name] for name in ("base_momentum", "max_momentum") if name in first},
    }


def _swa(scheduler: Any, kept: Mapping[str, Any]) -> dict[str, object]:
    return {"swa_lr": [group["swa_lr"] for group in scheduler.optimizer.param_groups]}


_SPECIAL: dict[str, Callable[[Any, Mapping[str, Any]], dict[str, object]]] = {
    "MultiStepLR": _multi_step,
    "SequentialLR": _sequential,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SWALR": _swa,
}
