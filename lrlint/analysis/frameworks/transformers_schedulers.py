"""diffusers' ``get_scheduler``, whose schedules are those of transformers."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import schedulers
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model.values import AnyValue, Const, DictValue, Opaque, Store, leaning
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
