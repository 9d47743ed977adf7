"""pytorch_warmup: its constructors lower the LR, and `dampening()` in each step lets go of it."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import choices
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import Model, models
from lrlint.analysis.library.schedulers import build_unknown
from lrlint.analysis.model.values import AnyValue, Opaque

_CLASSES = (
    *("LinearWarmup", "ExponentialWarmup", "UntunedLinearWarmup"),
    *("UntunedExponentialWarmup", "RAdamWarmup"),
)


def _warmup(name: str) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        optimizer = arguments.get(0, "optimizer") or Opaque()
        return choices.distribute(
            machine,
            optimizer,
            node,
            lambda item: build_unknown(machine, name, item, node, arguments, derived=True),
        )

    return model


for _name in _CLASSES:
    models(f"pytorch_warmup.{_name}", f"pytorch_warmup.base.{_name}")(_warmup(_name))
