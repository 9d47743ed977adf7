"""What library functions do, as far as schedules are concerned: one module per library or topic.

``registry`` says how a model is added. A name without a model is an unknown call: its arguments may
be stepped there.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import calls, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Library, Machine
from lrlint.analysis.interpreter.members import external_bases

# Every module is imported here, used or not: importing a module registers its models.
from lrlint.analysis.library import (  # noqa: F401
    absl_flags,
    arithmetic,
    child_processes,
    class_settings,
    command_groups,
    command_line,
    copies,
    cross_validation,
    data_loaders,
    decorators,
    fabric,
    hugging_face_data,
    hydra_objects,
    ignite,
    ignite_schedulers,
    ini_files,
    instance_checks,
    iterables,
    itertools_functions,
    namespaces,
    objects,
    optimizers,
    paths,
    progress_bars,
    pytorch_warmup,
    schedulers,
    settings_files,
    subclasses,
    tasks,
    tensors,
    torchvision_data,
    wrappers,
    yacs,
)
from lrlint.analysis.library.registry import (
    ATTRIBUTES,
    BASES,
    DRIVES,
    LAST_NAMES,
    METHODS,
    MODELS,
    SUBCLASSES,
    UNEVALUATED,
    kind_of,
)
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import AnyValue, ClassValue, External, File, Instance


def _by_last_name(
    machine: Machine, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    model = LAST_NAMES.get(name.rsplit(".", 1)[-1])
    return None if model is None else model(machine, arguments, node)


_Family = Callable[[Machine, str, Arguments, cst.Call], AnyValue | None]
"""Models all names that follow a pattern; returns None for any other name."""

_ANY_LIBRARY: tuple[_Family, ...] = (_by_last_name, data_loaders.construct)
# In this order: an optimizer is also recognised by keywords that a scheduler may have, and
# `torch.cuda.amp.GradScaler` is known by its last name.
_FAMILIES: tuple[_Family, ...] = (
    schedulers.construct,
    optimizers.construct,
    *_ANY_LIBRARY,
    tensors.without_gradients,
    tensors.of_cuda,
)


_SUBCLASSED = ("transformers", "sentence_transformers", "tap.", "trl", "yacs", "fvcore")


class Libraries(Library):
    """All libraries that have models."""

    def call(self, machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue:
        model = MODELS.get(name)
        if model is not None:
            return model(machine, arguments, node)
        value = _first(_FAMILIES, machine, name, arguments, node)
        if value is not None:
            return value
        return calls.unknown_call(machine, External(name), arguments, node)

    def call_unevaluated(self, machine: Machine, name: str, node: cst.Call) -> AnyValue | None:
        model = UNEVALUATED.get(name)
        return None if model is None else model(machine, node)

    def call_by_last_name(
        self, machine: Machine, path: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        return _first(_ANY_LIBRARY, machine, path, arguments, node)

    def call_method(
        self, machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        model = METHODS.get((kind_of(receiver), name))
        return None if model is None else model(machine, receiver, arguments, node)

    def member(self, machine: Machine, value: AnyValue, name: str) -> AnyValue | None:
        model = ATTRIBUTES.get((kind_of(value), name))
        return None if model is None else model(machine, value)

    def divide(self, left: AnyValue, right: AnyValue) -> AnyValue | None:
        return paths.joined(left, right) if isinstance(left, File) else None

    def decorate(
        self,
        machine: Machine,
        value: AnyValue,
        decorator: cst.BaseExpression,
        node: cst.FunctionDef | cst.ClassDef,
    ) -> AnyValue:
        return decorators.decorate(machine, value, decorator, node)

    def construct(
        self, machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        for base in members.external_bases(cls):
            model = SUBCLASSES.get(base.rsplit(".", 1)[-1])
            if model is not None and base.startswith(_SUBCLASSED):
                return model(machine, cls, arguments, node)
        return subclasses.construct(machine, cls, arguments, node)

    def kind_of_class(self, cls: ClassValue) -> LibraryKind | None:
        last_names = (name.rsplit(".", 1)[-1] for name in external_bases(cls))
        return next((BASES[name] for name in last_names if name in BASES), None)

    def drive(self, machine: Machine, instance: Instance) -> bool:
        drive = None if instance.kind is None else DRIVES.get(instance.kind)
        return drive is not None and drive(machine, instance)


def _first(
    families: tuple[_Family, ...],
    machine: Machine,
    name: str,
    arguments: Arguments,
    node: cst.Call,
) -> AnyValue | None:
    """Return the value of a call by the first family of models that knows its name."""
    for family in families:
        value = family(machine, name, arguments, node)
        if value is not None:
            return value
    return None


LIBRARIES = Libraries()
