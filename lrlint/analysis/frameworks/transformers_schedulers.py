"""Schedules of other libraries, and of old transformers, that have a law of transformers' own."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import schedulers
from lrlint.analysis.library.registry import Model, models, qualified
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import AnyValue, Const, DictValue, Opaque, Store
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr

_PARAMETERS = (
    *("name", "optimizer", "step_rules", "num_warmup_steps", "num_training_steps"),
    *("num_cycles", "power", "last_epoch"),
)
_SHARED = ("name", "optimizer", "num_warmup_steps", "num_training_steps")
_OWN_OPTIONS = {"cosine_with_restarts": "num_cycles", "polynomial": "power"}
"""The option that a schedule takes; all others ignore both."""


@models(*qualified(("diffusers.optimization", "diffusers"), "get_scheduler"))
def _get_scheduler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Build the schedule of transformers' ``get_scheduler`` that has the same law.

    ``piecewise_constant`` is the one that transformers does not have.
    """
    given = dict(zip(_PARAMETERS, arguments.positional, strict=False)) | arguments.keywords
    places: dict[int | str, SyntaxPlace] = {
        _PARAMETERS[key] if isinstance(key, int) else key: place
        for key, place in arguments.places.items()
        if isinstance(key, str) or key < len(_PARAMETERS)
    }
    name = leaning(given.get("name", Opaque()))
    chosen = name.value if isinstance(name, Const) else None
    if chosen == "piecewise_constant":
        optimizer = given.get("optimizer", Opaque())
        return schedulers.build_unknown(
            machine, "get_piecewise_constant_schedule", optimizer, node, arguments
        )
    keywords = {key: value for key, value in given.items() if key in _SHARED}
    option = _OWN_OPTIONS.get(str(chosen))
    if option in given:
        options = DictValue(Store({option: given[option]}))
        keywords["scheduler_specific_kwargs"] = options
    resumed = given.get("last_epoch", Expr.const(-1)) != Expr.const(-1)
    same = Arguments([], keywords, places, arguments.open or resumed)
    built = schedulers.construct(machine, "transformers.get_scheduler", same, node)
    return Opaque() if built is None else built


_OLD_NAMES = {
    "warmup_steps": "num_warmup_steps",
    "t_total": "num_training_steps",
    "cycles": "num_cycles",
}
_RAMP = ("optimizer", "warmup_steps")
_WHOLE = (*_RAMP, "t_total")
_OLD_CLASSES = {
    "ConstantLRSchedule": ("get_constant_schedule", ("optimizer",)),
    "WarmupConstantSchedule": ("get_constant_schedule_with_warmup", _RAMP),
    "WarmupLinearSchedule": ("get_linear_schedule_with_warmup", _WHOLE),
    "WarmupCosineSchedule": ("get_cosine_schedule_with_warmup", (*_WHOLE, "cycles")),
    "WarmupCosineWithHardRestartsSchedule": (
        "get_cosine_with_hard_restarts_schedule_with_warmup",
        (*_WHOLE, "cycles"),
    ),
}
"""Classes of transformers 2 and pytorch_transformers, with the function that took their place."""


_OLD_MODULES = tuple(
    module
    for package in ("transformers", "pytorch_transformers")
    for module in (package, f"{package}.optimization")
)


def _old_class(function: str, parameters: tuple[str, ...]) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        given = dict(zip(parameters, arguments.positional, strict=False)) | arguments.keywords
        keywords = {_OLD_NAMES.get(key, key): value for key, value in given.items()}
        places: dict[int | str, SyntaxPlace] = {}
        for key, place in arguments.places.items():
            if isinstance(key, str) or key < len(parameters):
                name = key if isinstance(key, str) else parameters[key]
                places[_OLD_NAMES.get(name, name)] = place
        more = len(arguments.positional) > len(parameters) or not set(given) <= set(parameters)
        same = Arguments([], keywords, places, arguments.open or more)
        built = schedulers.construct(machine, f"transformers.{function}", same, node)
        return Opaque() if built is None else built

    return model


for _name, (_function, _parameters) in _OLD_CLASSES.items():
    models(
        *qualified(_OLD_MODULES, _name),
    )(_old_class(_function, _parameters))
