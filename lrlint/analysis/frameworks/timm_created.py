"""timm's factories, which create a scheduler and say how many epochs it takes (timm 1.0)."""

from __future__ import annotations

import operator
from collections.abc import Mapping

import libcst as cst

from lrlint.analysis.frameworks.timm import cycle_length, with_prefix
from lrlint.analysis.interpreter import choices, truths
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.calls import unknown_call
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, to_number
from lrlint.analysis.library import schedulers
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model.conditions import negate
from lrlint.analysis.model.records import OptimizerValue
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS, REQUIRED, Parameter
from lrlint.formulas.arguments import assign
from lrlint.symbolic import Expr

_MODULES = ("timm.scheduler", "timm.scheduler.scheduler_factory")

_PARAMETERS = (
    *(Parameter("optimizer", REQUIRED), Parameter("sched", "cosine")),
    *(Parameter("num_epochs", 300), Parameter("decay_epochs", None)),
    *(Parameter("decay_milestones", (90, 180, 270)), Parameter("cooldown_epochs", 0)),
    *(Parameter("patience_epochs", 10), Parameter("decay_rate", 0.1)),
    *(Parameter("min_lr", 0.0), Parameter("warmup_lr", 1e-5), Parameter("warmup_epochs", 0)),
    *(Parameter("warmup_prefix", False), Parameter("noise", None)),
    *(Parameter("noise_pct", 0.67), Parameter("noise_std", 1.0), Parameter("noise_seed", 42)),
    *(Parameter("cycle_mul", 1.0), Parameter("cycle_decay", 0.1), Parameter("cycle_limit", 1)),
    *(Parameter("k_decay", 1.0), Parameter("decay_fn", None), Parameter("stable_timescale", None)),
    *(Parameter("plateau_mode", "max"), Parameter("step_on_epochs", True)),
    Parameter("updates_per_epoch", 0),
)
"""Of ``create_scheduler_v2``."""
_OF_ARGS: Mapping[str, tuple[str, object]] = {
    "num_epochs": ("epochs", 100),
    "decay_epochs": ("decay_epochs", 30),
    "decay_milestones": ("decay_milestones", (30, 60)),
    "warmup_epochs": ("warmup_epochs", 5),
    "cooldown_epochs": ("cooldown_epochs", 0),
    "patience_epochs": ("patience_epochs", 10),
    "decay_rate": ("decay_rate", 0.1),
    "min_lr": ("min_lr", 0.0),
    "warmup_lr": ("warmup_lr", 1e-5),
    "warmup_prefix": ("warmup_prefix", False),
    "noise": ("lr_noise", None),
    "cycle_mul": ("lr_cycle_mul", 1.0),
    "cycle_decay": ("lr_cycle_decay", 0.1),
    "cycle_limit": ("lr_cycle_limit", 1),
    "k_decay": ("lr_k_decay", 1.0),
    "noise_pct": ("lr_noise_pct", 0.67),
    "noise_std": ("lr_noise_std", 1.0),
    "noise_seed": ("seed", 42),
    "decay_fn": ("lr_decay_fn", None),
    "stable_timescale": ("lr_stable_timescale", None),
}
"""The settings that stand for the parameters, and what timm takes where there are none."""
_CYCLIC = {
    "cosine": "CosineLRScheduler",
    "tanh": "TanhLRScheduler",
    "poly": "PolyLRScheduler",
}
_CLASSES = {
    **_CYCLIC,
    "step": "StepLRScheduler",
    "constant": "StepLRScheduler",
    "multistep": "MultiStepLRScheduler",
    "plateau": "PlateauLRScheduler",
}


@models(*qualified(_MODULES, "create_scheduler_v2"))
def _create_scheduler_v2(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    keywords: dict[str, object] = dict(arguments.keywords)
    if not arguments.open:
        try:
            given = assign("", _PARAMETERS, arguments.positional, keywords, 0)
        except TypeError:
            return unknown_call(machine, External("create_scheduler_v2"), arguments, node)
        names = [parameter.name for parameter in _PARAMETERS]
        places = {
            key if isinstance(key, str) else names[key]: place
            for key, place in arguments.places.items()
        }
        created = _create(machine, given, places, node)
        if created is not None:
            return created
    return unknown_call(machine, External("create_scheduler_v2"), arguments, node)


@models(*qualified(_MODULES, "create_scheduler"))
def _create_scheduler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Create what the settings of a command line ask for."""
    args, optimizer = arguments.get(0, "args"), arguments.get(1, "optimizer")
    settings = _settings(machine, args, NONE, node)
    if settings is not None and optimizer is not None and not arguments.open:
        given: dict[str, object] = {item.name: item.default for item in _PARAMETERS}
        updates = arguments.get(2, "updates_per_epoch")
        given |= settings
        given |= {"optimizer": optimizer, "updates_per_epoch": 0 if updates is None else updates}
        created = _create(machine, given, {}, node)
        if created is not None:
            return created
    return unknown_call(machine, External("create_scheduler"), arguments, node)


@models(*qualified(_MODULES, "scheduler_kwargs"))
def _scheduler_kwargs(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the keywords for ``create_scheduler_v2`` that the settings of a command line are."""
    decreasing = arguments.get(1, "decreasing_metric")
    args = None if arguments.open else arguments.get(0, "cfg")
    settings = _settings(machine, args, NONE if decreasing is None else decreasing, node)
    if settings is None:
        return Opaque()
    keywords: dict[object, AnyValue] = dict(settings.items())
    return DictValue(Store(keywords))


def _settings(
    machine: Machine, args: AnyValue | None, decreasing: AnyValue, node: cst.Call
) -> dict[str, AnyValue] | None:
    """Return what settings say of the parameters; None where the settings are not seen."""
    if not isinstance(args, Instance) or "sched" not in args.store.data:
        return None
    known = args.store.data

    def of(name: str, default: object) -> AnyValue:
        return machine.get_attribute(args, name) if name in known else schedulers.as_value(default)

    given = {parameter: of(*setting) for parameter, setting in _OF_ARGS.items()}
    given["sched"] = machine.get_attribute(args, "sched")
    truth = truths.truthiness(machine, of("sched_on_updates", False), node)
    given["step_on_epochs"] = truths.as_value(
        not truth if isinstance(truth, bool) else negate(truth)
    )
    given["plateau_mode"] = _mode(of("eval_metric", "top1"), decreasing)
    return given


def _mode(metric: AnyValue, decreasing: AnyValue) -> AnyValue:
    """Return in which direction the metric of a plateau scheduler gets better."""
    if isinstance(decreasing, Const) and isinstance(decreasing.value, bool):
        return Const("min" if decreasing.value else "max")
    metric = leaning(metric)
    name = metric.value if isinstance(metric, Const) else None
    if not _is_none(decreasing) or not isinstance(name, str):
        return Opaque()
    return Const("min" if "loss" in name else "max")


def _create(
    machine: Machine,
    given: Mapping[str, object],
    places: Mapping[str, SyntaxPlace],
    node: cst.Call,
) -> AnyValue | None:
    """Return the scheduler and the number of epochs to train; None where the kind is not known."""
    values = {name: schedulers.as_value(value) for name, value in given.items()}
    kind = leaning(values["sched"])
    name = kind.value if isinstance(kind, Const) else None
    if name == "none":
        return ListValue([NONE, values["num_epochs"]], kind="tuple")
    law = LAWS.get(_CLASSES.get(str(name), ""))
    if law is None:
        return None
    length = _length(machine, str(name), values)
    arguments = _arguments(machine, str(name), values, node)
    bound = law.bind((), {key: arguments[key] for key in arguments if _takes(law.name, key)})
    names = {"t_initial": "num_epochs", "lr_min": "min_lr", "warmup_t": "warmup_epochs"}
    names |= {"warmup_lr_init": "warmup_lr", "decay_t": "decay_epochs"}
    names |= {key: key for key in ("warmup_prefix", "cycle_limit", "cycle_mul", "decay_rate")}
    written = {key: places[name] for key, name in names.items() if name in places}

    def build(item: AnyValue) -> AnyValue:
        driven = OptimizerValue(machine.adopt(item)) if isinstance(item, Opaque) else item
        if not isinstance(driven, OptimizerValue):
            return Opaque()
        built = schedulers.build(machine, law, driven, bound, written, machine.here(node))
        built.record.planned_epochs = length if isinstance(length, Expr) else None
        if name in _CYCLIC:
            built.record.cooldown = values["cooldown_epochs"], places.get("cooldown_epochs")
        return built

    scheduler = choices.distribute(machine, values["optimizer"], node, build)
    epochs = to_number(machine, length)
    cooldown = to_number(machine, values["cooldown_epochs"]) if name in _CYCLIC else Expr.const(0)
    if epochs is None or cooldown is None:
        return ListValue([scheduler, Opaque()], kind="tuple")
    return ListValue([scheduler, compute(operator.add, epochs, cooldown)], kind="tuple")


def _is_none(value: AnyValue) -> bool:
    """Whether a value is None, be it as the default of a setting."""
    return isinstance(value, Const) and value.value is None


def _takes(law: str, parameter: str) -> bool:
    return any(own.name == parameter for own in LAWS[law].parameters)


def _arguments(
    machine: Machine, name: str, values: Mapping[str, AnyValue], node: cst.Call
) -> dict[str, object]:
    """Return what the factory passes to the classes; lengths in updates where it steps on those."""
    on_epochs = truths.truthiness(machine, values["step_on_epochs"], node)
    updates = to_number(machine, values["updates_per_epoch"])
    decay: AnyValue = values["decay_epochs"]
    if _is_none(decay):
        decay = Expr.const(90)
    if name == "constant":
        decay = Expr.const(1)
    elif name == "multistep":
        decay = values["decay_milestones"]

    def timed(value: AnyValue) -> AnyValue:
        if on_epochs is True:
            return value
        if isinstance(value, ListValue) and value.items is not None:
            return ListValue([timed(item) for item in value.items])
        number = to_number(machine, value)
        if number is None or updates is None:
            return Opaque()
        scaled = compute(operator.mul, number, updates)
        return scaled if on_epochs is False else choices.join(machine, on_epochs, number, scaled)

    return {
        "t_initial": timed(values["num_epochs"]),
        "decay_t": timed(decay) if name != "constant" else decay,
        "decay_rate": Expr.const(1) if name == "constant" else values["decay_rate"],
        "power": values["decay_rate"],
        "patience_t": values["patience_epochs"],
        "lr_min": values["min_lr"],
        "mode": values["plateau_mode"],
        "t_in_epochs": values["step_on_epochs"],
        "warmup_t": timed(values["warmup_epochs"]),
        "warmup_lr_init": values["warmup_lr"],
        "noise_range_t": NONE if _is_none(values["noise"]) else values["noise"],
        **{
            key: values[key]
            for key in ("cycle_mul", "cycle_decay", "cycle_limit", "warmup_prefix", "k_decay")
        },
    }


def _length(machine: Machine, name: str, values: Mapping[str, AnyValue]) -> AnyValue:
    """Return how many epochs the schedule takes, without a cool-down."""
    length: AnyValue = values["num_epochs"]
    if name in _CYCLIC:
        length = cycle_length(machine, length, values["cycle_limit"], values["cycle_mul"])
    else:
        length = to_number(machine, length) or Opaque()
    return with_prefix(machine, length, values["warmup_prefix"], values["warmup_epochs"])
