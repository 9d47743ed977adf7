"""skorch: its nets train, and their callback `LRScheduler` steps a scheduler (skorch 1.4)."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.frameworks.plain_trainings import Stepped, train
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, length_of, to_number
from lrlint.analysis.library.registry import Model, models, models_method, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr, ceil

_OWN = ("policy", "monitor", "event_name", "step_every")
_BY_NAME = frozenset(
    {
        *("CosineAnnealingLR", "CyclicLR", "ExponentialLR", "LambdaLR", "MultiStepLR"),
        *("ReduceLROnPlateau", "StepLR"),
    }
)
"""The classes of torch that may be named by a string."""
_POSITIONAL = ("module", "criterion", "optimizer", "lr", "max_epochs", "batch_size")


@models("skorch.callbacks.LRScheduler", "skorch.callbacks.lr_scheduler.LRScheduler")
def _lr_scheduler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = dict(zip(_OWN, arguments.positional, strict=False)) | arguments.keywords
    return Instance(
        None,
        Store(dict(given.items())),
        kind=LibraryKind.SKORCH_SCHEDULER,
        open=arguments.open,
        place=machine.here(node),
        places={key: place for key, place in arguments.places.items() if isinstance(key, str)},
    )


def _net(name: str) -> Model:
    names = _POSITIONAL if name == "NeuralNet" else _POSITIONAL[:1]

    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        given = dict(zip(names, arguments.positional, strict=False)) | arguments.keywords
        store: dict[object, AnyValue] = dict(given.items())
        is_open = arguments.open or len(arguments.positional) > len(names)
        place = machine.here(node)
        return Instance(None, Store(store), kind=LibraryKind.SKORCH_NET, open=is_open, place=place)

    return model


for _module, _names in (
    ("net", ("NeuralNet",)),
    ("classifier", ("NeuralNetClassifier", "NeuralNetBinaryClassifier")),
    ("regressor", ("NeuralNetRegressor",)),
):
    for _name in _names:
        models(*qualified(("skorch", f"skorch.{_module}"), _name))(_net(_name))


@models_method(LibraryKind.SKORCH_NET, "fit", "partial_fit")
def _fit(machine: Machine, net: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = net.store.data
    places = _callbacks(given.get("callbacks"))
    if net.open or places is None or any(_is_unread(key) for key in given):
        return net
    optimizer = _optimizer(machine, net, node)
    if not isinstance(optimizer, OptimizerValue):
        return net
    stepped = []
    for callback in places:
        built = _build(machine, callback, optimizer)
        if built is None:
            escapes.escape(optimizer, "driven by a callback that was not read")
        else:
            stepped.append(built)
    epochs = to_number(machine, arguments.keywords.get("epochs", given.get("max_epochs")))
    if "max_epochs" not in given and "epochs" not in arguments.keywords:
        epochs = Expr.const(10)
    batches = _batches(machine, net, arguments.get(0, "X"))
    train(machine, node, epochs, batches, "iterator_train", optimizer, stepped)
    return net


def _is_unread(key: object) -> bool:
    """Whether a setting reaches into the callbacks or the loader."""
    text = str(key)
    return text.startswith(("callbacks__", "iterator_train__")) or text in (
        "iterator_train",
        "optimizer__param_groups",
    )


def _callbacks(value: AnyValue | None) -> list[Instance] | None:
    """Return the schedulers among the callbacks; None where there may be others."""
    if value is None or value == NONE:
        return []
    if not isinstance(value, ListValue) or value.items is None:
        return None
    found = []
    for item in value.items:
        inner = item.items[-1] if isinstance(item, ListValue) and item.items else item
        if isinstance(inner, Instance) and inner.kind is LibraryKind.SKORCH_SCHEDULER:
            found.append(inner)
    return found


def _optimizer(machine: Machine, net: Instance, node: cst.Call) -> AnyValue:
    given = net.store.data
    cls = given.get("optimizer", External("torch.optim.SGD"))
    prefix = "optimizer__"
    options = {"lr": given.get("lr", Expr.const(0.01))}
    for key, value in given.items():
        if isinstance(key, str) and key.startswith(prefix):
            options[key.removeprefix(prefix)] = value
    return machine.call(cls, Arguments([ListValue([Opaque()])], options), node)


def _build(machine: Machine, callback: Instance, optimizer: OptimizerValue) -> Stepped | None:
    """Build the scheduler that a callback asks for, as if it were written there."""
    given, place = callback.store.data, callback.place
    policy, every = given.get("policy"), given.get("step_every", Const("epoch"))
    if isinstance(policy, Const) and policy.value in _BY_NAME:
        policy = External(f"torch.optim.lr_scheduler.{policy.value}")
    if not isinstance(policy, External) or policy.name.rsplit(".", 1)[-1] not in LAWS:
        return None
    if callback.open or place is None or not isinstance(place.node, cst.Call):
        return None
    if not isinstance(every, Const) or every.value not in ("epoch", "batch"):
        return None
    keywords = {key: value for key, value in given.items() if isinstance(key, str)}
    keywords = {key: value for key, value in keywords.items() if key not in _OWN}
    written: dict[int | str, SyntaxPlace] = dict(callback.places.items())
    with machine.elsewhere(place.unit, machine.scope_of(place.unit)):
        machine.statement = place.statement
        arguments = Arguments([optimizer], keywords, written)
        scheduler = machine.call(policy, arguments, place.node)
    if not isinstance(scheduler, SchedulerValue):
        return None
    law = LAWS[scheduler.record.law]
    monitor = given.get("monitor", Const("train_loss"))
    text = str(monitor.value) if isinstance(monitor, Const) else "the monitored value"
    metric = Opaque(text, measured=True) if law.takes_metric else None
    return Stepped(scheduler, place, every.value == "batch", metric, text if metric else "")


def _batches(machine: Machine, net: Instance, data: AnyValue | None) -> Expr | None:
    """Return how many batches an epoch has; a fifth of the data is for validation by default.

    A stratified split is as large.
    """
    given = net.store.data
    samples = None if data is None else length_of(machine, data)
    size = to_number(machine, given.get("batch_size", Expr.const(128)))
    if samples is None or size is None:
        return None
    split = given.get("train_split")
    if split is None:
        left = compute(lambda n: n - ceil(n / 5), samples)
    elif split == NONE:
        left = samples
    else:
        return None
    batches = compute(lambda n, k: ceil(n / k), left, size) if isinstance(left, Expr) else None
    return batches if isinstance(batches, Expr) and size.value != -1 else None
