"""hydra: the objects that ``hydra.utils.instantiate(cfg.optimizer, …)`` builds from settings.

Modelled as https://hydra.cc/docs/advanced/instantiate_objects/overview/ describes it, except
for settings that are given as a list and for keywords that change nested settings.
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import attributes, calls, imports
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import entries
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    External,
    Instance,
    ListValue,
    Opaque,
    Partial,
)

_NAME = "hydra.utils.instantiate"
_DEEPEST = 8
"""Objects that are built from settings within each other: settings may contain themselves."""


@models(_NAME, "hydra.utils.call")
def _instantiate(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    config = arguments.get(0, "config")
    if _is(config, None):
        return NONE
    keywords = {name: value for name, value in arguments.keywords.items() if name != "config"}
    places = arguments.places_after(1)
    given = Arguments(arguments.positional[1:], keywords, places, arguments.open)
    built = None if config is None else _built(machine, config, given, node, 0)
    if built is None:
        return calls.unknown_call(machine, External(_NAME, _NAME), arguments, node)
    return built


def _built(
    machine: Machine, config: AnyValue, given: Arguments, node: cst.Call, depth: int
) -> AnyValue | None:
    """Return what the ``_target_`` of settings returns; None where they have none."""
    found = _settings(machine, config)
    if depth > _DEEPEST or found is None:
        return None
    settings = found | given.keywords
    match settings.pop("_target_", None):
        case Const(value=str() as target) if "." in target:
            function = _named(machine, target)
        case _:
            return None
    listed = settings.pop("_args_", None)
    items = list(listed.items or ()) if isinstance(listed, ListValue) else []
    positional = given.positional or items
    partial = _is(settings.pop("_partial_", None), True)
    if not _is(settings.pop("_recursive_", None), False):
        own = given.keywords
        settings = {
            name: value if name in own else _nested(machine, value, node, depth + 1)
            for name, value in settings.items()
        }
    settings.pop("_convert_", None)
    # No expression of the script is a setting's, so no fix is made there.
    here = machine.here(node.args[0] if node.args else node)
    places = dict.fromkeys(settings, here) | given.places
    if partial:
        return Partial(function, tuple(positional), settings, places)
    return machine.call(function, Arguments(positional, settings, places, given.open), node)


def _settings(machine: Machine, config: AnyValue) -> dict[str, AnyValue] | None:
    if isinstance(config, Instance) and config.kind is LibraryKind.NAMESPACE:
        names = [name for name in config.store.data if isinstance(name, str)]
        return {name: attributes.get_attribute(machine, config, name) for name in names}
    pairs = entries(machine, config)
    return None if pairs is None else dict(pairs)


def _is(value: AnyValue | None, constant: object) -> bool:
    return isinstance(value, Const) and value.value is constant


def _named(machine: Machine, target: str) -> AnyValue:
    """Return the function or class of the project or of a library with a dotted name."""
    module, _, name = target.rpartition(".")
    return imports.resolve(machine, imports.LazyImport(machine.unit, module, 0, name))


def _nested(machine: Machine, value: AnyValue, node: cst.Call, depth: int) -> AnyValue:
    """Return settings within settings, with the objects built that they describe."""
    match value:
        case ListValue(items=list() as items):
            return replace(value, items=[_nested(machine, item, node, depth) for item in items])
        case Instance(store=store) if "_target_" in store.data:
            built = _built(machine, value, Arguments(), node, depth)
            return Opaque() if built is None else built
    return value
