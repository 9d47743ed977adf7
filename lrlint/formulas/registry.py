"""All laws by name, and `get_scheduler`, which picks one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from lrlint.formulas import (
    composer_schedules,
    cosine,
    cyclic,
    decay,
    deepspeed,
    lambdas,
    onecycle,
    plateau,
    ramps,
    swa,
    timm,
    transformers,
    warmup_cosine,
)
from lrlint.formulas.arguments import parameters_of
from lrlint.formulas.compose import composite_laws
from lrlint.formulas.law import Law, Problem, refused
from lrlint.formulas.replay import Group, Replay

SCHEDULER_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "linear": "get_linear_schedule_with_warmup",
        "cosine": "get_cosine_schedule_with_warmup",
        "cosine_with_restarts": "get_cosine_with_hard_restarts_schedule_with_warmup",
        "polynomial": "get_polynomial_decay_schedule_with_warmup",
        "constant": "get_constant_schedule",
        "constant_with_warmup": "get_constant_schedule_with_warmup",
        "inverse_sqrt": "get_inverse_sqrt_schedule",
        "reduce_lr_on_plateau": "get_reduce_on_plateau_schedule",
        "cosine_with_min_lr": "get_cosine_with_min_lr_schedule_with_warmup",
        "cosine_warmup_with_min_lr": "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
        "warmup_stable_decay": "get_wsd_schedule",
        "greedy": "get_greedy_schedule",
    }
)
"""`transformers.SchedulerType` (the Trainer's `lr_scheduler_type`) to its function."""

_METRIC_DRIVEN = frozenset({"reduce_lr_on_plateau", "greedy"})
_LAWS: dict[str, Law] = {}


def _get_scheduler(
    optimizer: object,
    name: str,
    num_warmup_steps: int | None = None,
    num_training_steps: int | None = None,
    scheduler_specific_kwargs: Mapping[str, Any] | None = None,
) -> tuple[Law, dict[str, object]]:
    """Return the law of that name, and the arguments that the library passes to it.

    Step counts that the schedule does not use are ignored, as the library ignores them.
    """
    if name not in SCHEDULER_TYPES:
        raise ValueError(f"{name!r} is none of {', '.join(SCHEDULER_TYPES)}")
    law = _LAWS[SCHEDULER_TYPES[name]]
    if name == "constant":
        return law, law.bind((), {})
    extra = dict(scheduler_specific_kwargs or {})
    if name in _METRIC_DRIVEN:
        return law, law.bind((), extra)
    if num_warmup_steps is None:
        raise ValueError(f"{name} needs num_warmup_steps")
    steps: dict[str, object] = {"num_warmup_steps": num_warmup_steps}
    if name == "constant_with_warmup":
        return law, law.bind((), steps)
    if name != "inverse_sqrt":
        if num_training_steps is None and name != "warmup_stable_decay":
            raise ValueError(f"{name} needs num_training_steps")
        steps["num_training_steps"] = num_training_steps
    for duplicate in steps.keys() & extra.keys():
        raise TypeError(f"{law.name}() got multiple values for keyword argument {duplicate!r}")
    return law, law.bind((), {**extra, **steps})


def _start(groups: list[Group], default_lr: float, **arguments: Any) -> Replay:
    law, bound = _get_scheduler(None, **arguments)
    return law.start(groups, default_lr=default_lr, **bound)


def _check(
    name: object,
    num_warmup_steps: object,
    num_training_steps: object,
    scheduler_specific_kwargs: object,
    default_lr: float | None,
) -> Iterator[Problem]:
    if not isinstance(name, str) or not isinstance(scheduler_specific_kwargs, (dict, type(None))):
        return
    try:
        law, bound = _get_scheduler(
            None,
            name,
            num_warmup_steps,  # type: ignore[arg-type]
            num_training_steps,  # type: ignore[arg-type]
            scheduler_specific_kwargs,
        )
    except (TypeError, ValueError) as error:
        yield refused("name", str(error), raises=type(error).__name__)
        return
    yield from law.problems(default_lr=default_lr, **bound)


def _build() -> Mapping[str, Law]:
    families = (
        lambdas.LAWS,
        decay.LAWS,
        ramps.LAWS,
        cosine.LAWS,
        cyclic.LAWS,
        onecycle.LAWS,
        plateau.LAWS,
        swa.LAWS,
        transformers.LAWS,
        timm.LAWS,
        deepspeed.LAWS,
        composer_schedules.LAWS,
        warmup_cosine.LAWS,
        composite_laws(_LAWS),
        (
            Law(
                name="get_scheduler",
                source="transformers.optimization.get_scheduler",
                parameters=parameters_of(_get_scheduler),
                replay=_start,
                check=_check,
                horizon=("num_training_steps",),
                durations=("num_warmup_steps", "num_training_steps"),
                writes_at_construction=True,
                is_class=False,
                optimizer_index=1,
                reads_default_lr=True,
                resolver=_resolver,
            ),
        ),
    )
    _LAWS.update((law.name, law) for family in families for law in family)
    return MappingProxyType(_LAWS)


def _resolver(**arguments: Any) -> tuple[Law, dict[str, object]]:
    return _get_scheduler(None, **arguments)


LAWS: Final[Mapping[str, Law]] = _build()
"""Every law by its public name, `"CosineAnnealingLR"`, `"get_linear_schedule_with_warmup"`, …"""
