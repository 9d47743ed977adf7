"""What library functions do, as far as schedules are concerned: one module per library or topic.

A model is a function ``(interpreter, arguments, node) -> value`` under the qualified name of what
it models. A name without a model is an unknown call: what it is handed escapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import calls
from lrlint.analysis.library import (
    builtins,
    data,
    files,
    inspection,
    numbers,
    optimizers,
    schedulers,
    settings,
    tensors,
    wrappers,
)
from lrlint.analysis.library.registry import Model
from lrlint.analysis.values import AnyValue, External, Instance, Opaque
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter

_MODELS: dict[str, Model] = {
    **builtins.MODELS,
    **data.MODELS,
    **files.MODELS,
    **inspection.MODELS,
    **numbers.MODELS,
    **settings.MODELS,
    **tensors.MODELS,
    **wrappers.MODELS,
}


def call_external(
    at: Interpreter, name: str, arguments: calls.Arguments, node: syn.Call
) -> AnyValue:
    """The value of calling something of a library."""
    model = _MODELS.get(name)
    if model is not None:
        return model(at, arguments, node)
    for family in (schedulers.construct, optimizers.construct, wrappers.by_last_name):
        value = family(at, name, arguments, node)
        if value is not None:
            return value
    if name.endswith(("no_grad", "inference_mode")):
        return Opaque(name)
    if tensors.keeps_length(name):
        return tensors.same_length(at, arguments, node)
    unknown = calls.unknown_call(at, External(name), arguments, node)
    if isinstance(unknown, Opaque) and name.startswith("torch.cuda."):
        return Opaque(f"{name}()")
    return unknown


def call_instance_method(
    at: Interpreter, receiver: Instance, name: str, arguments: calls.Arguments, node: syn.Call
) -> AnyValue | None:
    """A method of an object of a modelled library class, or None where it has no model."""
    if receiver.external == "argparse":
        return settings.parser_method(at, receiver, name, arguments, node)
    return None


def call_by_method_name(
    at: Interpreter, path: str, arguments: calls.Arguments, node: syn.Call
) -> AnyValue | None:
    """A method that is known by its name, whatever it is called on: ``accelerator.prepare(…)``."""
    return wrappers.by_last_name(at, path, arguments, node)
