"""The schedule function of transformers, diffusers or torchtune that has built a ``LambdaLR``.

Each of them returns a ``LambdaLR`` whose function is a ``functools.partial`` or a closure of the
library. Its name tells the schedule, its keywords or closure variables the arguments.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from lrlint.formulas import LAWS, Law
from lrlint.runtime.recorder.interrupts import let_pass

_LIBRARIES = ("transformers.optimization", "diffusers.optimization", "torchtune.")
_BY_PARTIAL = {
    "_get_constant_lambda": "get_constant_schedule",
    "_get_inverse_sqrt_schedule_lr_lambda": "get_inverse_sqrt_schedule",
    "_get_wsd_scheduler_lambda": "get_wsd_schedule",
    **{
        f"_{name}_lr_lambda": name
        for name in (
            "get_constant_schedule_with_warmup",
            "get_linear_schedule_with_warmup",
            "get_cosine_schedule_with_warmup",
            "get_cosine_with_hard_restarts_schedule_with_warmup",
            "get_polynomial_decay_schedule_with_warmup",
        )
    },
    "_get_cosine_with_min_lr_schedule_with_warmup_lr_rate_lambda": (
        "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
    ),
}
"""By the name of the function in a partial, the schedule function of transformers."""
_WITH_MINIMUM = {"get_cosine_schedule_with_warmup": "get_cosine_with_min_lr_schedule_with_warmup"}
"""Schedule functions whose partial is the same but for a ``min_lr_rate``."""
_SAME = 1e-9
"""The relative difference between a library's factor and the law's that rounding may make."""


def library_law(
    functions: object, base_lrs: Sequence[float]
) -> tuple[Law, dict[str, object]] | None:
    """Return the law and the arguments of a library's schedule function; None for any other.

    ``functions`` is what the ``LambdaLR`` got. Its values are compared with the law's at the start,
    in the middle and at the end: another release may compute something else.
    """
    if isinstance(functions, (list, tuple)):
        if len({*map(id, functions)}) != 1:
            return None
        functions = functions[0]
    named = _named(functions)
    law = None if named is None else LAWS.get(named[0])
    if named is None or law is None or not base_lrs:
        return None
    names = {parameter.name for parameter in law.parameters}
    given = {name: value for name, value in named[1].items() if name in names}
    try:
        arguments = law.bind((), _with_total(given) if law.name == "get_wsd_schedule" else given)
        agrees = _agrees(functions, law, arguments, base_lrs)
    except Exception as error:  # other arguments than the law's, or what one of the two raises
        let_pass(error)
        return None
    return (law, arguments) if agrees else None


def given_arguments(law: Law, arguments: Mapping[str, object]) -> frozenset[str]:
    """Return the parameters that the call must have given: the rest may be the signature's."""
    defaults = {parameter.name: parameter.default for parameter in law.parameters}
    return frozenset(name for name, value in arguments.items() if value != defaults.get(name))


def _named(function: Any) -> tuple[str, Mapping[str, object]] | None:
    """Return the schedule function's name, and the variables that its function computes with."""
    keywords: Mapping[str, object] = {}
    if isinstance(function, functools.partial):
        function, keywords = function.func, function.keywords
    module, qualified = (getattr(function, key, "") for key in ("__module__", "__qualname__"))
    if not isinstance(module, str) or not module.startswith(_LIBRARIES):
        return None
    if qualified in _BY_PARTIAL:
        name = _BY_PARTIAL[qualified]
        return (_WITH_MINIMUM.get(name, name) if "min_lr_rate" in keywords else name), keywords
    name, inner, _ = qualified.partition(".<locals>.")
    if not inner:
        return None
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return name, {variable: cell.cell_contents for variable, cell in cells}


def _with_total(given: Mapping[str, Any]) -> dict[str, object]:
    """Add the length that warm-up, stable phase and decay have together."""
    phases = ("num_warmup_steps", "num_stable_steps", "num_decay_steps")
    return {**given, "num_training_steps": sum(given[phase] for phase in phases)}


def _agrees(
    function: Any, law: Law, arguments: Mapping[str, Any], base_lrs: Sequence[float]
) -> bool:
    """Whether function and law give the same LRs where their phases begin and end."""
    curve = law.curve(base_lrs, **arguments)
    ends = {int(value) for name in law.durations if (value := arguments[name]) is not None}
    counters = {0, 1, *ends, *(end // 2 for end in ends), max(ends, default=0) + 1}
    return all(
        math.isclose(lr, base * function(counter), rel_tol=_SAME, abs_tol=_SAME * base)
        for counter in counters
        if counter >= 0
        for lr, base in zip(curve(counter), base_lrs, strict=True)
    )
