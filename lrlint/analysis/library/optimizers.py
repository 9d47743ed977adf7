"""Optimizers: their constructors, with the options of each param group."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import libcst as cst

from lrlint.analysis.interpreter import choices
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import get_item
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models_method
from lrlint.analysis.model.records import OptimizerRecord, OptimizerValue
from lrlint.analysis.model.trace import AddGroup, BuildOptimizer, OptimizerCall, walk
from lrlint.analysis.model.value_queries import alternatives, leaning
from lrlint.analysis.model.values import NONE, AnyValue, Choice, Const, DictValue, ListValue, Opaque
from lrlint.analysis.places.origins import text_of_origin
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr

_BETAS = ListValue([Expr.const(0.9), Expr.const(0.999)], kind="tuple")

# Positional parameters after `params`, and the defaults that bear on a schedule (torch 2.13).
_ADAM: dict[str, AnyValue] = {"lr": Expr.const(1e-3), "betas": _BETAS}
SIGNATURES: dict[str, tuple[tuple[str, ...], Mapping[str, AnyValue]]] = {
    "SGD": (("lr", "momentum"), {"lr": Expr.const(1e-3), "momentum": Expr.const(0)}),
    "Adam": (("lr", "betas"), _ADAM),
    "AdamW": (("lr", "betas"), _ADAM),
    "SparseAdam": (("lr", "betas"), _ADAM),
    "RAdam": (("lr", "betas"), _ADAM),
    "NAdam": (("lr", "betas"), {"lr": Expr.const(2e-3), "betas": _BETAS}),
    "Adamax": (("lr", "betas"), {"lr": Expr.const(2e-3), "betas": _BETAS}),
    "RMSprop": (
        ("lr", "alpha", "eps", "weight_decay", "momentum"),
        {"lr": Expr.const(1e-2), "momentum": Expr.const(0)},
    ),
    "Adagrad": (("lr",), {"lr": Expr.const(1e-2)}),
    "Adadelta": (("lr",), {"lr": Expr.const(1.0)}),
    "Rprop": (("lr",), {"lr": Expr.const(1e-2)}),
    "ASGD": (("lr",), {"lr": Expr.const(1e-2)}),
    "LBFGS": (("lr",), {"lr": Expr.const(1)}),
    "Adafactor": (("lr",), {"lr": Expr.const(1e-2)}),
    "Muon": (("lr",), {"lr": Expr.const(1e-3), "momentum": Expr.const(0.95)}),
}

_TORCHS = ("torch.optim", "builtins.", "optim.", "transformers", "bitsandbytes")
"""Where classes that are named as torch's are torch's, or like them."""
_FOREIGN = {"LAMB", "Lamb", "LARS", "Lion", "AdamW8bit", "FusedAdam", "FusedLAMB", "FusedSGD"}


def construct(machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Return an optimizer where a name is one of torch's or of a library that follows torch."""
    last = name.rsplit(".", 1)[-1]
    if last == "?" and name.startswith("torch.optim."):
        return build(machine, "Optimizer", arguments, node)
    if last in SIGNATURES:
        is_optimizer = name.startswith(_TORCHS)
    else:
        is_optimizer = last in _FOREIGN or (
            "optim" in name.lower()
            and last[:1].isupper()
            and ("lr" in arguments.keywords or "params" in arguments.keywords)
        )
    return build(machine, last, arguments, node) if is_optimizer else None


def build(
    machine: Machine, class_name: str, arguments: Arguments, node: cst.Call
) -> OptimizerValue:
    """Record the construction of an optimizer."""
    for value in arguments.all():
        if isinstance(value, OptimizerValue):
            return value  # LARS and Lookahead wrap an optimizer and step it
    positional, known = SIGNATURES.get(class_name, (("lr",), {}))
    defaults: dict[str, AnyValue] = {} if arguments.open else dict(known)
    for offset, parameter in enumerate(positional, start=1):
        given = arguments.get(offset)
        if given is not None:
            defaults[parameter] = given
    defaults.update({name: value for name, value in arguments.keywords.items() if name != "params"})
    params = arguments.get(0, "params")
    groups = _groups(machine, params, arguments.place(0, "params"), defaults)
    record = OptimizerRecord(
        class_name=class_name,
        place=machine.here(node),
        groups=groups.options,
        group_places=groups.places,
        defaults=defaults,
        given=_given(positional, arguments),
        unknown_groups=groups.unknown,
        built_with=len(groups.options),
        by_default=groups.by_default,
        depth=len(machine.loops),
    )
    machine.emit(BuildOptimizer(*machine.where(node), record))
    return OptimizerValue(record)


def _given(positional: tuple[str, ...], arguments: Arguments) -> frozenset[str]:
    """Return the options that a call gives, by position or by name."""
    by_position = positional[: max(len(arguments.positional) - 1, 0)]
    return frozenset(by_position) | frozenset(arguments.keywords)


@models_method(OptimizerValue, "add_param_group")
def _add_group(
    machine: Machine, optimizer: OptimizerValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Record a param group that is added to an optimizer after its construction."""
    record = optimizer.record
    options = arguments.get(0, "param_group")
    if not isinstance(options, DictValue) or len(machine.loops) > record.depth:
        record.unknown_groups, record.by_default = True, None
        return NONE
    number = len(record.groups)
    changed = {"lr": Opaque()} if _changes_defaults(machine, record) else {}
    record.groups += (_options(machine, options, {**record.defaults, **changed}),)
    record.group_places += (machine.here(node),)
    machine.emit(AddGroup(*machine.where(node), record, number))
    return NONE


def _changes_defaults(machine: Machine, record: OptimizerRecord) -> bool:
    """Whether the script has written ``optimizer.defaults["lr"]``, which later groups get."""
    return any(
        isinstance(located.event, OptimizerCall)
        and located.event.optimizer is record
        and located.event.method == "defaults ="
        for located in walk(machine.root)
    )


class _Groups(NamedTuple):
    """The param groups that an optimizer is built with."""

    options: tuple[Mapping[str, AnyValue], ...]
    places: tuple[SyntaxPlace | None, ...]
    unknown: bool = False
    """Whether there may be others."""
    by_default: tuple[Mapping[str, AnyValue], ...] | None = None
    """Those that the script's defaults lead to, if they do."""


def _groups(
    machine: Machine,
    params: AnyValue | None,
    place: SyntaxPlace | None,
    defaults: Mapping[str, AnyValue],
) -> _Groups:
    if isinstance(params, Choice):
        return _groups_of_choice(machine, params, place, defaults)
    one_group = _Groups((dict(defaults),), (place,))
    if isinstance(params, ListValue):
        items = params.items
        if items and all(isinstance(item, DictValue) for item in items):
            groups = tuple(_options(machine, item, defaults) for item in items)
            return _Groups(groups, (place,) * len(groups))
        if items is None and isinstance(params.element, DictValue):  # one stands for each of them
            each = _options(machine, params.element, defaults)
            return _Groups((each,), (place,), unknown=True)
        return one_group
    return one_group._replace(unknown=_may_be_several(params, place))


def _groups_of_choice(
    machine: Machine, params: Choice, place: SyntaxPlace | None, defaults: Mapping[str, AnyValue]
) -> _Groups:
    """Return the groups that the script's defaults lead to, their options where all agree."""
    every = [_groups(machine, item, place, defaults) for item in alternatives(params)]
    lean = leaning(params)
    likely = every[0] if isinstance(lean, Choice) else _groups(machine, lean, place, defaults)
    options = tuple(
        {
            name: value
            if all(_agrees(other.options, position, name, value) for other in every)
            else Opaque()
            for name, value in group.items()
        }
        for position, group in enumerate(likely.options)
    )
    differ = len({len(other.options) for other in every}) > 1
    by_default = None if isinstance(lean, Choice) or likely.unknown else likely.options
    unknown = differ or any(other.unknown for other in every)
    return _Groups(options, likely.places, unknown, by_default)


def _agrees(
    groups: Sequence[Mapping[str, AnyValue]], position: int, name: str, value: AnyValue
) -> bool:
    """Whether the group at a position has a value under a name, if there is a group."""
    return position >= len(groups) or groups[position].get(name) == value


_OF_A_MODEL = ("parameters", "named_parameters")
_CALLS_FOR_PARAMETERS = re.compile(r"(\w*param\w*)\(")


def _may_be_several(params: AnyValue | None, place: SyntaxPlace | None) -> bool:
    """Whether unknown parameters may make several groups, as ``get_param_groups(model)`` does.

    ``model.parameters()`` makes one group; ``model.get_parameters()`` may return anything.
    """
    written = "" if place is None else f"{place.text} {text_of_origin(place)}".lower()
    return (
        "group" in written
        or not ("param" in written or "filter(" in written)
        or any(name not in _OF_A_MODEL for name in _CALLS_FOR_PARAMETERS.findall(written))
        or (isinstance(params, Opaque) and params.path is not None and "group" in params.path)
    )


def _options(
    machine: Machine, group: AnyValue, defaults: Mapping[str, AnyValue]
) -> dict[str, AnyValue]:
    """Return the options of a param group; the optimizer's defaults are those it does not have."""
    assert isinstance(group, DictValue)
    options = dict(defaults)
    for key, entry in list(group.store.data.items()):
        if isinstance(key, str) and key != "params":
            value, default = get_item(machine, group, Const(key), None), defaults.get(key, Opaque())
            options[key] = choices.or_else(machine, entry, value, default, key)
    return options
