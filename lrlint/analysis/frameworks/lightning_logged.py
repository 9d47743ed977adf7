"""What a ``LightningModule`` logs, and what follows for a scheduler that monitors a metric."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.frameworks.lightning_configured import Scheduled
from lrlint.analysis.frameworks.lightning_trainer import Settings, Trainer
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import external_bases, lookup_order
from lrlint.analysis.model.values import ClassValue, Const, FunctionValue, Instance
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Monitoring
from lrlint.source.nodes import string_of, walk
from lrlint.source.relevance.outline import without_strings
from lrlint.symbolic import Expr, Strength

_BASES = ("LightningModule", "ABC", "object")
_LOGS_ELSEWHERE = re.compile(
    r"\bcallback_metrics\b(?!\s*(?:\.get\b|\[[^]]*\](?!\s*=[^=])))"
    r"|\b(?!self\b|math\b|torch\b|np\b|numpy\b|wandb\b|experiment\b|logger\b|logging\b|mlflow\b)\w+\.log(?:_dict)?\("
)
"""Code that may log in the name of a module: a callback, or a function that the module calls."""
_SHARES = re.compile(r"torchmetrics|\.compute\(|all_gather|all_reduce|\breduce\(|sync_dist")
"""Code in which processes may tell each other their metrics."""


@dataclass(frozen=True)
class Logged:
    """A call that logs a metric."""

    name: str
    in_validation: bool
    value: cst.BaseExpression | None
    place: SyntaxPlace


class _Unknown(Exception):
    """Other metrics than those that are seen may be logged."""


def monitoring_of(
    machine: Machine, module: Instance, trainer: Trainer, scheduled: Scheduled
) -> Monitoring | None:
    """Return what Lightning finds under the name of a monitored metric; None where it is open."""
    entry = scheduled.settings.get("monitor")
    name = entry.value if entry is not None else None
    if module.cls is None or not isinstance(name, Const) or not isinstance(name.value, str):
        return None
    if name.strength is not Strength.CONSTANT:
        return None
    every = trainer.arguments.keywords.get("check_val_every_n_epoch")
    interval = every if isinstance(every, Expr) and every.is_constant else None
    text = "".join(without_strings(cls.scope.unit.source.text) for cls in lookup_order(module.cls))
    try:
        if _LOGS_ELSEWHERE.search(text):
            raise _Unknown
        logged = [call for cls in lookup_order(module.cls) for call in _logged_by(cls)]
        if any(base.rsplit(".", 1)[-1] not in _BASES for base in external_bases(module.cls)):
            raise _Unknown
    except _Unknown:
        logged = []
    if not logged:
        return Monitoring(of_validation=name.value.startswith("val"), validated_every=interval)
    calls = [call for call in logged if _is_name_of(name.value, call.name)]
    if not calls:
        names = tuple(dict.fromkeys(call.name for call in logged))
        return Monitoring(of_validation=False, logged_instead=names)
    apart = not _SHARES.search(text) and not any(isinstance(c.value, cst.Attribute) for c in calls)
    return Monitoring(
        of_validation=all(call.in_validation for call in calls),
        validated_every=interval,
        unshared=calls[0].place if apart and _has_several_processes(machine, trainer) else None,
    )


def _is_name_of(monitor: str, logged: str) -> bool:
    """Whether a metric is found under a name; ``/dataloader_idx_0`` may come after its own."""
    return monitor in (logged, f"{logged}_step", f"{logged}_epoch") or monitor.startswith(
        f"{logged}/"
    )


def _logged_by(cls: ClassValue) -> Iterator[Logged]:
    """Yield what the methods of a class log; raise `_Unknown` where that is not all."""
    for name, method in cls.scope.store.data.items():
        if not isinstance(method, FunctionValue):
            continue
        unit = method.scope.unit
        body = unit.body_of(method.node)
        in_validation = str(name).startswith(("validation_", "on_validation_"))
        for node in () if body is None else walk(body):
            if not isinstance(node, cst.Call):
                continue
            called = dotted(node.func)
            if called in ("self.log", "self.log_dict"):
                for metric, value in _metrics(node, called):
                    yield Logged(metric, in_validation, value, SyntaxPlace(unit, node))
            elif called != "super" and any(dotted(arg.value) == "self" for arg in node.args):
                raise _Unknown


def _metrics(node: cst.Call, called: str) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    """Yield the names that a call logs, each with its value."""
    if not node.args or any(arg.star for arg in node.args):
        raise _Unknown
    first = next((a.value for a in node.args if a.keyword is None), node.args[0].value)
    others = [arg.value for arg in node.args if arg.value is not first]
    pairs: list[tuple[cst.BaseExpression, cst.BaseExpression | None]] = []
    if called == "self.log":
        pairs = [(first, others[0] if others else None)]
    elif isinstance(first, cst.Dict):
        for element in first.elements:
            if not isinstance(element, cst.DictElement):
                raise _Unknown
            pairs.append((element.key, element.value))
    else:
        raise _Unknown
    for key, value in pairs:
        name = string_of(key)
        if not isinstance(name, str):
            raise _Unknown
        yield name, value


def _has_several_processes(machine: Machine, trainer: Trainer) -> bool:
    settings = Settings(machine, trainer.arguments)
    devices, strategy = settings.devices(), settings.given("strategy")
    if settings.given("devices") is None and settings.given("gpus") is None:
        named = isinstance(strategy, Const) and isinstance(strategy.value, str)
        return named and str(getattr(strategy, "value", "")).startswith("ddp")
    return devices is not None and devices.value is not None and devices.value > 1
