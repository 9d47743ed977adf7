"""The models of library functions, each registered under the names of what it models."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import AnyValue

Model = Callable[[Machine, Arguments, cst.Call], AnyValue]
"""Returns the value of a call, given its evaluated arguments."""
Unevaluated = Callable[[Machine, cst.Call], AnyValue]
"""The same for a function whose arguments are not all to be evaluated."""

MODELS: dict[str, Model] = {}
UNEVALUATED: dict[str, Unevaluated] = {}


def models(*names: str) -> Callable[[Model], Model]:
    """Register a model under the qualified names of library functions or classes."""

    def register(model: Model) -> Model:
        MODELS.update(dict.fromkeys(names, model))
        return model

    return register


def models_unevaluated(*names: str) -> Callable[[Unevaluated], Unevaluated]:
    """Register a model that evaluates the arguments of the call itself."""

    def register(model: Unevaluated) -> Unevaluated:
        UNEVALUATED.update(dict.fromkeys(names, model))
        return model

    return register
