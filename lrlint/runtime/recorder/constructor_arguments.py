"""The arguments with which a scheduler was built: those of a call, or those that the object
keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from lrlint.formulas import Law
from lrlint.runtime.recorder.replays import law_of
from lrlint.runtime.recorder.wrappers import unwrapped_optimizer

_ATTRIBUTES = {
    "schedulers": "_schedulers",
    "lr_lambda": "lr_lambdas",
    "min_lr": "min_lrs",
    "anneal_strategy": "_anneal_strategy",
}
"""By parameter, attributes that have another name; SequentialLR's milestones apart."""


def optimizer_among(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the optimizer that a constructor call names, or None."""
    for value in (*arguments, *keywords.values()):
        if hasattr(value, "param_groups"):
            return unwrapped_optimizer(value)
        if isinstance(value, (list, tuple)) and value and hasattr(value[0], "optimizer"):
            optimizer = unwrapped_optimizer(value[0].optimizer)  # ChainedScheduler([...])
            return optimizer if hasattr(optimizer, "param_groups") else None
    return None


def bound_arguments(
    law: Law | None, arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[Law | None, dict[str, Any]]:
    """Return the law and the arguments by parameter; no law where they do not fit it."""
    if law is None:
        return None, {}
    try:
        _, bound = law.bind_call(arguments, keywords)
    except TypeError:  # arguments of another version of torch
        return None, {}
    return law, bound


def given_names(
    law: Law | None, arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> frozenset[str]:
    """Return the parameters that the call gives a value, rather than the signature."""
    if law is None:
        return frozenset(keywords)
    names = [parameter.name for parameter in law.parameters if not parameter.keyword_only]
    names.insert(law.optimizer_index, "optimizer")
    return frozenset(keywords) | frozenset(names[: len(arguments)])


def kept_arguments(scheduler: Any) -> dict[str, object]:
    """Return the arguments that a scheduler of torch's keeps, by parameter."""
    law = law_of(scheduler)
    if law is None:
        return {}
    attributes: dict[str, object] = vars(scheduler)
    arguments: dict[str, object] = {}
    for parameter in law.parameters:
        attribute = _ATTRIBUTES.get(parameter.name, parameter.name)
        if parameter.name != "last_epoch" and attribute in attributes:
            arguments[parameter.name] = attributes[attribute]
    if law.name in _READERS:
        with suppress(Exception):  # a release that keeps less, or values of other types
            arguments |= _READERS[law.name](scheduler, attributes)
    return arguments


def _multi_step(scheduler: Any, attributes: Mapping[str, Any]) -> dict[str, object]:
    return {"milestones": sorted(attributes["milestones"].elements())}


def _sequential(scheduler: Any, attributes: Mapping[str, Any]) -> dict[str, object]:
    return {"milestones": list(attributes["_milestones"])}


def _cyclic(scheduler: Any, attributes: Mapping[str, Any]) -> dict[str, object]:
    up = attributes["total_size"] * attributes["step_ratio"]
    arguments: dict[str, object] = {
        "base_lr": list(attributes["base_lrs"]),
        "max_lr": list(attributes["max_lrs"]),
        "step_size_up": up,
        "step_size_down": attributes["total_size"] - up,
        "scale_fn": attributes.get("_scale_fn_custom"),
    }
    for name in ("base_momentum", "max_momentum"):
        if f"{name}s" in attributes:
            arguments[name] = list(attributes[f"{name}s"])
    return arguments


def _one_cycle(scheduler: Any, attributes: Mapping[str, Any]) -> dict[str, object]:
    groups, phases = scheduler.optimizer.param_groups, attributes["_schedule_phases"]
    total, first = attributes["total_steps"], groups[0]
    return {
        "max_lr": [group["max_lr"] for group in groups],
        "total_steps": total,
        "pct_start": float((phases[0]["end_step"] + 1) / total),
        "anneal_strategy": attributes["_anneal_func_type"],
        "three_phase": len(phases) == 3,
        "div_factor": float(first["max_lr"] / first["initial_lr"]),
        "final_div_factor": float(first["initial_lr"] / first["min_lr"]),
        **{name: first[name] for name in ("base_momentum", "max_momentum") if name in first},
    }


def _swa(scheduler: Any, attributes: Mapping[str, Any]) -> dict[str, object]:
    return {"swa_lr": [group["swa_lr"] for group in scheduler.optimizer.param_groups]}


_READERS: dict[str, Callable[[Any, Mapping[str, Any]], dict[str, object]]] = {
    "MultiStepLR": _multi_step,
    "SequentialLR": _sequential,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SWALR": _swa,
}
"""By law, what reads arguments that are kept in another form."""
