"""Classes of the project that derive from a library's: optimizers, schedulers, data classes."""

from __future__ import annotations

import re

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import calls, choices, class_objects, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import optimizers, schedulers
from lrlint.analysis.library.copies import duplicate
from lrlint.analysis.library.own_laws import (
    own_class,
    own_decay,
    own_rate,
    starts_above_zero,
    warmup_before,
)
from lrlint.analysis.library.registry import models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.formulas import LAWS
from lrlint.source.nodes import decorators_of, walk
from lrlint.symbolic import Expr

_SCHEDULER_BASES = {
    *class_objects.BASES,
    *(law.name for law in LAWS.values() if law.is_class and not law.positioned),
}
_OPTIMIZER_BASES = {"Optimizer", *optimizers.SIGNATURES}


def construct(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Return an object of a class that derives from a modelled one, or None for any other."""
    bases = [name.rsplit(".", 1)[-1] for name in members.external_bases(cls)]
    if any(base in _OPTIMIZER_BASES for base in bases):
        optimizer = optimizers.build(machine, cls.name, arguments, node)
        optimizer.record.own_writes = _own_writes(machine, cls)
        return optimizer
    if any(base in _SCHEDULER_BASES for base in bases):
        return _scheduler(machine, cls, arguments, node)
    if (
        "dict" in bases
        and _reads_keys(cls)
        and all(isinstance(value, DictValue) for value in arguments.positional)
    ):
        return machine.call(External("easydict.EasyDict"), arguments, node)
    if "TypedDict" in bases:
        return machine.call(External("builtins.dict"), arguments, node)
    if _is_dataclass(cls) or any(base in ("NamedTuple", "BaseModel") for base in bases):
        return of_fields(machine, cls, arguments, node)
    if "Module" in bases and not any(map(_trains, members.lookup_order(cls))):
        # The layers of a network say nothing about its schedule.
        return Instance(cls, Store(), open=True)
    return None


_KEYS_AS_ATTRIBUTES = re.compile(r"self\.__dict__\s*=\s*self\b|\b__getattr__\b")


def _reads_keys(cls: ClassValue) -> bool:
    """Whether a class of the project is a dict whose keys are attributes, and nothing else."""
    own = all(str(name).startswith("__") for name in cls.scope.store.data)
    return own and _KEYS_AS_ATTRIBUTES.search(cls.scope.unit.code(cls.node)) is not None


def _trains(cls: ClassValue) -> bool:
    """Whether a class of layers may build or step something as well."""
    part = cls.scope.unit.survey.part(cls.node)
    return part.relevant or part.names_optimizer


_WRITES_LRS = re.compile(
    r"""\["(initial_)?lr"\]\s*[-+*/]?=(?!=)|\.update\(|super\(.*\)\.step|\.step\("""
)


def _own_writes(machine: Machine, cls: ClassValue) -> str | None:
    """Name the ``step()`` of a class of the project that writes LRs or steps other objects."""
    method = members.class_member(machine, cls, "step")
    if not isinstance(method, FunctionValue):
        return None
    code = method.scope.unit.text_of_body(method.node).replace("'", '"')
    return f"what {cls.name}.step() does" if _WRITES_LRS.search(code) else None


def _scheduler(machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Build a scheduler of the project for each of the optimizers that it may get."""
    for several in arguments.all():
        if isinstance(several, Choice) and any(
            isinstance(inner, OptimizerValue) for inner in alternatives(several)
        ):

            def build(chosen: AnyValue, several: AnyValue = several) -> AnyValue:
                given = arguments.with_value(several, chosen)
                return _scheduler_of_one(machine, cls, given, node)

            return choices.distribute(machine, several, node, build)
    return _scheduler_of_one(machine, cls, arguments, node)


def _scheduler_of_one(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Record a scheduler of a class of the project, with what can be read of its law."""
    target: AnyValue = Opaque()
    for value in arguments.all():
        if isinstance(value, OptimizerValue):
            target = value
            break
        if isinstance(value, Opaque) and value.path and "optim" in value.path.lower():
            target = value
    if (built := _as_its_base(machine, cls, arguments, node)) is not None:
        return built
    own = own_class(machine, cls, arguments, node)
    built = schedulers.build_unknown(
        machine, cls.name, target, node, arguments, derived=True, own=own
    )
    if own is not None and isinstance(target, OptimizerValue) and isinstance(built, SchedulerValue):
        position = _position_of_counter(machine, cls)
        if position is not None and (last := arguments.get(position, "last_epoch")) is not None:
            built.record.arguments = {"last_epoch": last}
            if (place := arguments.place(position, "last_epoch")) is not None:
                built.record.places = {"last_epoch": place}
        rate = own_rate(machine, own, target.record, node)
        if rate is not None:
            built.record.own_rate, built.record.decay = rate, own_decay(rate)
        if (warmup := warmup_before(machine, own)) is not None:
            inner, length = warmup
            inner.parent, built.record.children = built.record, (inner,)
            built.record.arguments = {"milestones": ListValue([length])}
        built.record.inherits_step = (
            own.plain and members.class_member(machine, cls, "step") is None
        )
        built.record.sets_first_lr = starts_above_zero(machine, own, target.record, node)
    return built


def _position_of_counter(machine: Machine, cls: ClassValue) -> int | None:
    """Return where a constructor takes the ``last_epoch`` that it gives to that of torch's.

    It is -1 where it can only be given by its name, and None where the class does nothing with it.
    """
    method = members.class_member(machine, cls, "__init__")
    body = method.scope.unit.body_of(method.node) if isinstance(method, FunctionValue) else None
    if not isinstance(method, FunctionValue) or body is None:
        return None
    passes_on = any(
        isinstance(node, cst.Call)
        and (dotted(node.func) or "__init__").endswith("__init__")
        and any(isinstance(a.value, cst.Name) and a.value.value == "last_epoch" for a in node.args)
        for node in walk(body)
    )
    names = [parameter.name.value for parameter in method.node.params.params[1:]]
    if not passes_on:
        return None
    return names.index("last_epoch") if "last_epoch" in names else -1


_LAWLESS = {*class_objects.BASES, "LambdaLR"}
"""Classes that leave the law to a method of the class that derives from them."""
_LAW_METHODS = ("get_lr", "_get_closed_form_lr", "step")


def _as_its_base(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Build the scheduler of torch's that a class only chooses arguments for, or return None."""
    bases = members.external_bases(cls)
    if (
        len(bases) != 1
        or bases[0].rsplit(".", 1)[-1] in _LAWLESS
        or arguments.open
        or not isinstance(members.class_member(machine, cls, "__init__"), FunctionValue)
        or any(members.class_member(machine, cls, name) is not None for name in _LAW_METHODS)
    ):
        return None
    instance = Instance(cls, Store(), open=True, kind=LibraryKind.LR_SCHEDULER)
    calls.initialise(machine, instance, arguments, node)
    return instance.store.data.get(_BUILT)


_BUILT = "super().__init__(…)"


@models_method(LibraryKind.LR_SCHEDULER, "__init__")
def _initialise_base(
    machine: Machine, instance: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    assert instance.cls is not None
    (base,) = members.external_bases(instance.cls)
    built = machine.call(External(base), arguments, node)
    machine.write(instance.store, _BUILT, built)
    return NONE


def _is_dataclass(cls: ClassValue) -> bool:
    """Whether a decorator makes the constructor of a class from its fields."""
    for decorator in decorators_of(cls.node):
        named = decorator.func if isinstance(decorator, cst.Call) else decorator
        name = dotted(named) or ""
        if name.rsplit(".", 1)[-1] in ("dataclass", "define", "frozen", "attrs", "configclass"):
            return True
    return False


def of_fields(machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call) -> Instance:
    """Return an object of a class whose fields make its constructor."""
    instance = Instance(
        cls, Store(), kind=LibraryKind.DATACLASS, setting=arguments.open, open=arguments.open
    )
    names = members.field_names(cls)
    in_turn = [name for name, positional in names.items() if positional]
    for name, value in zip(in_turn, arguments.positional, strict=False):
        instance.store.data[name] = value
    instance.store.data.update(arguments.keywords)
    for name in names:
        if name not in instance.store.data:
            default = members.class_member(machine, cls, name)
            if default is not None:
                # Each object has its own list of a `default_factory`.
                instance.store.data[name] = duplicate(machine, without_name(default))
    machine.instances.append(instance)
    after = machine.find_method(instance, "__post_init__")
    if isinstance(after, FunctionValue):
        with machine.through(node):
            machine.call_function(after, Arguments())
    return instance


def without_name(default: AnyValue) -> AnyValue:
    """Return a field's default without the name from the class body: the object renames it."""
    if isinstance(default, Expr) and len(default.atoms()) == 1:
        atom = next(iter(default.atoms()))
        if default == Expr.atom(atom) and atom.value is not None:
            return Expr.const(atom.value)
    return default
