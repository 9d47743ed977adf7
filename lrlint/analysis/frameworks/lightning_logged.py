"""What a ``LightningModule`` logs, and what follows for a scheduler that monitors a metric."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
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
        methods = [method for cls in lookup_order(module.cls) for method in _methods(cls)]
        callers = _callers(methods)
        logged = [call for method in methods for call in _logged_by(method, callers)]
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


def _methods(cls: ClassValue) -> list[FunctionValue]:
    values = cls.scope.store.data.values()
    return [method for method in values if isinstance(method, FunctionValue)]


def _name(method: FunctionValue) -> str:
    return method.node.name.value if isinstance(method.node, cst.FunctionDef) else ""


def _calls(method: FunctionValue) -> Iterator[tuple[str | None, cst.Call]]:
    """Yield the calls in a method, each with the name of what it calls."""
    body = method.scope.unit.body_of(method.node)
    for node in () if body is None else walk(body):
        if isinstance(node, cst.Call):
            yield dotted(node.func), node


_Callers = Mapping[str, Sequence[tuple[str, cst.Call]]]
"""By the name of a method, the calls of it: in which method each is, and itself."""


def _callers(methods: Sequence[FunctionValue]) -> _Callers:
    callers: dict[str, list[tuple[str, cst.Call]]] = defaultdict(list)
    for method in methods:
        for called, node in _calls(method):
            if called is not None and called.startswith("self."):
                callers[called.removeprefix("self.")].append((_name(method), node))
    return callers


def _logged_by(method: FunctionValue, callers: _Callers) -> Iterator[Logged]:
    """Yield what a method logs; raise `_Unknown` where that is not all."""
    for called, node in _calls(method):
        if called in ("self.log", "self.log_dict"):
            place = SyntaxPlace(method.scope.unit, node)
            for key, value in _metrics(node, called):
                for name, by in _names(key, method, callers):
                    in_validation = by.startswith(("validation_", "on_validation_"))
                    yield Logged(name, in_validation, value, place)
        elif called != "super" and any(dotted(arg.value) == "self" for arg in node.args):
            raise _Unknown


def _metrics(
    node: cst.Call, called: str
) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression | None]]:
    """Yield the expressions of the names that a call logs, each with its value."""
    if not node.args or any(arg.star for arg in node.args):
        raise _Unknown
    first = next((a.value for a in node.args if a.keyword is None), node.args[0].value)
    others = [arg.value for arg in node.args if arg.value is not first]
    if called == "self.log":
        yield first, others[0] if others else None
    elif isinstance(first, cst.Dict):
        for element in first.elements:
            if not isinstance(element, cst.DictElement):
                raise _Unknown
            yield element.key, element.value
    else:
        raise _Unknown


def _names(
    key: cst.BaseExpression, method: FunctionValue, callers: _Callers
) -> Iterator[tuple[str, str]]:
    """Yield the names that an expression may be, each with the method that decides it.

    ``f"{stage}_loss"`` is as many names as there are calls of the method with a ``stage``.
    """
    if isinstance(name := string_of(key), str):
        yield name, _name(method)
        return
    parts, calls = list(_parts(key)), callers.get(_name(method))
    parameters = {part.value for part in parts if isinstance(part, cst.Name)}
    body = method.scope.unit.body_of(method.node)
    if not calls or body is None or not parameters.isdisjoint(assigned_names(body)):
        raise _Unknown
    for caller, call in calls:
        yield "".join(_text(part, method, call) for part in parts), caller


def _parts(key: cst.BaseExpression) -> Iterator[str | cst.Name]:
    """Yield what a text is joined of: texts, and the names of parameters."""
    match key:
        case cst.FormattedString(parts=parts):
            for part in parts:
                match part:
                    case cst.FormattedStringText(value=text):
                        yield text
                    case cst.FormattedStringExpression(
                        expression=cst.Name() as name, conversion=None, format_spec=None
                    ):
                        yield name
                    case _:
                        raise _Unknown
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case cst.Name():
            yield key
        case _:
            if not isinstance(constant := string_of(key), str):
                raise _Unknown
            yield constant


def _text(part: str | cst.Name, method: FunctionValue, call: cst.Call) -> str:
    """Return a text, or the text that a call passes as a parameter of the method."""
    if isinstance(part, str):
        return part
    parameters = [parameter.name.value for parameter in method.node.params.params[1:]]
    if part.value not in parameters or any(arg.star for arg in call.args):
        raise _Unknown
    keywords = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    positional = [arg.value for arg in call.args if arg.keyword is None]
    given = dict(zip(parameters, positional, strict=False)) | keywords
    default = method.node.params.params[1 + parameters.index(part.value)].default
    value = given.get(part.value, default)
    text = None if value is None else string_of(value)
    if not isinstance(text, str):
        raise _Unknown
    return text


def _has_several_processes(machine: Machine, trainer: Trainer) -> bool:
    settings = Settings(machine, trainer.arguments)
    devices, strategy = settings.devices(), settings.given("strategy")
    if settings.given("devices") is None and settings.given("gpus") is None:
        named = isinstance(strategy, Const) and isinstance(strategy.value, str)
        return named and str(getattr(strategy, "value", "")).startswith("ddp")
    return devices is not None and devices.value is not None and devices.value > 1
