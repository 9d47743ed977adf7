"""Optimizers: what an optimizer is built with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import libcst as cst

from lrlint.analysis.interpreter import attributes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import values
from lrlint.analysis.model.trace import AddGroup, BuildOptimizer
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    ListValue,
    Opaque,
    OptimizerRecord,
    OptimizerValue,
)
from lrlint.analysis.places.origins import text_of_origin
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr

_BETAS = ListValue([Expr.const(0.9), Expr.const(0.999)], kind="tuple")

# Positional parameters behind `params`, and the defaults that bear on a schedule (torch 2.13).
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

_MAKERS = re.compile(r"(\w*param\w*)\(")
_OF_A_MODEL = ("parameters", "named_parameters")
"""What a module offers: one group, as far as an optimizer is concerned."""

_FOREIGN = {"LAMB", "Lamb", "LARS", "Lion", "AdamW8bit", "FusedAdam", "FusedLAMB", "FusedSGD"}


def construct(machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """An optimizer, if ``name`` is one of torch's or of a library that follows it."""
    last = name.rsplit(".", 1)[-1]
    if last in SIGNATURES:
        if not name.startswith(
            ("torch.optim", "builtins.", "optim.", "transformers", "bitsandbytes")
        ):
            return None
    elif last not in _FOREIGN and not (
        "optim" in name.lower()
        and last[:1].isupper()
        and ("lr" in arguments.keywords or "params" in arguments.keywords)
    ):
        if last == "?" and name.startswith("torch.optim."):
            return build(machine, "Optimizer", arguments, node)
        return None
    return build(machine, last, arguments, node)


def build(
    machine: Machine, class_name: str, arguments: Arguments, node: cst.Call
) -> OptimizerValue:
    """Record the construction of an optimizer."""
    for value in arguments.all():
        if isinstance(value, OptimizerValue):
            return value  # one around another, as LARS and Lookahead are, steps what it is given
    positional, known = SIGNATURES.get(class_name, (("lr",), {}))
    defaults: dict[str, AnyValue] = {} if arguments.open else dict(known)
    for offset, parameter in enumerate(positional, start=1):
        given = arguments.get(offset)
        if given is not None:
            defaults[parameter] = given
    defaults.update({name: value for name, value in arguments.keywords.items() if name != "params"})
    params = arguments.get(0, "params")
    groups, places, unknown = _groups(machine, params, arguments.place(0, "params"), defaults)
    record = OptimizerRecord(
        class_name=class_name,
        place=machine.here(node),
        groups=groups,
        group_places=places,
        defaults=defaults,
        given=_given(positional, arguments),
        unknown_groups=unknown,
        built_with=len(groups),
        depth=len(machine.loops),
    )
    machine.emit(BuildOptimizer(machine.here(node), tuple(machine.via), record))
    return OptimizerValue(record)


def _given(positional: tuple[str, ...], arguments: Arguments) -> frozenset[str]:
    """The options that a call gives, by position or by name."""
    by_position = positional[: max(len(arguments.positional) - 1, 0)]
    return frozenset(by_position) | frozenset(arguments.keywords)


def add_group(
    machine: Machine, record: OptimizerRecord, arguments: Arguments, node: cst.Call
) -> None:
    """Record a param group that is added to an optimizer after its construction."""
    options = arguments.get(0, "param_group")
    if not isinstance(options, DictValue) or len(machine.loops) > record.depth:
        record.unknown_groups = True
        return
    number = len(record.groups)
    record.groups += ({**record.defaults, **_options(machine, options)},)
    record.group_places += (machine.here(node),)
    machine.emit(AddGroup(machine.here(node), tuple(machine.via), record, number))


_Groups = tuple[tuple[Mapping[str, AnyValue], ...], tuple["SyntaxPlace | None", ...], bool]


def _groups(
    machine: Machine,
    params: AnyValue | None,
    place: SyntaxPlace | None,
    defaults: Mapping[str, AnyValue],
) -> _Groups:
    """The param groups, and whether there may be others."""
    if isinstance(params, Choice):
        all_ = [_groups(machine, one, place, defaults) for one in values.alternatives(params)]
        lean = values.leaning(params)
        first = all_[0] if isinstance(lean, Choice) else _groups(machine, lean, place, defaults)
        groups = tuple(
            {
                name: value
                if all(_same(one, position, name, value) for one, _, _ in all_)
                else Opaque()
                for name, value in group.items()
            }
            for position, group in enumerate(first[0])
        )
        differ = len({len(one) for one, _, _ in all_}) > 1
        return groups, first[1], differ or any(unknown for _, _, unknown in all_)
    if isinstance(params, ListValue):
        items = params.items
        if items and all(isinstance(item, DictValue) for item in items):
            groups = tuple({**defaults, **_options(machine, item)} for item in items)
            return groups, (place,) * len(groups), False
        if items is None and isinstance(params.element, DictValue):
            return (dict(defaults),), (place,), True
        return (dict(defaults),), (place,), False
    written = "" if place is None else f"{place.text} {text_of_origin(place)}".lower()
    # `model.parameters()` is one group; `get_param_groups(model)` may be any number of them.
    unknown = "group" in written or not ("param" in written or "filter(" in written)
    # What `model.get_parameters()` returns is anybody's guess.
    unknown = unknown or any(name not in _OF_A_MODEL for name in _MAKERS.findall(written))
    if isinstance(params, Opaque) and params.path and "group" in params.path:
        unknown = True
    return (dict(defaults),), (place,), unknown


def _same(
    groups: Sequence[Mapping[str, AnyValue]], position: int, name: str, value: AnyValue
) -> bool:
    """Whether a group has a value under a name, if there is such a group."""
    return position >= len(groups) or groups[position].get(name) == value


def _options(machine: Machine, group: AnyValue) -> dict[str, AnyValue]:
    assert isinstance(group, DictValue)
    return {
        str(key): attributes.get_item(machine, group, Const(key), None)
        for key in list(group.store.data)
        if isinstance(key, str) and key != "params"
    }
