"""Calls of functions and classes: of the project, of libraries, and of unknown code."""

from __future__ import annotations

import builtins
from dataclasses import replace

import libcst as cst

from lrlint.analysis.interpreter import checkpoints, choices, definitions, escapes, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.items import entries
from lrlint.analysis.interpreter.journal import leave_numbers_unknown
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.self_contained import is_self_contained
from lrlint.analysis.interpreter.unseen_calls import called_unseen
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.value_queries import is_local, is_planned, library_name
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
    Store,
    Superclass,
)
from lrlint.symbolic import Expr

_HARMLESS = frozenset(
    {
        "callable",
        "debug",
        "dir",
        "format",
        "getsource",
        "hasattr",
        "id",
        "info",
        "isinstance",
        "issubclass",
        "log",
        "pprint",
        "print",
        "repr",
        "save",
        "scale_loss",
        "str",
        "summary",
        "type",
        "unscale_",
        "vars",
        "warning",
        "write",
    }
)
"""Functions that do not step their arguments, by the last part of their names."""
_SETTINGS = ("arg", "config", "cfg", "option", "param", "getboolean", "getint", "getfloat")
"""Parts of the names of functions that return settings."""


# -- calls ------------------------------------------------------------------------------------


def evaluate_call(machine: Machine, node: cst.Call) -> AnyValue:
    """Return the value of a call."""
    if isinstance(node.func, cst.Attribute):
        coroutine = definitions.coroutine_of(machine, node.func.value)
        if coroutine is not None:  # `run().close()`, `run().send(None)`
            escapes.leave_function_open(coroutine, "stepped by a coroutine that may not run")
            return Opaque()
        receiver = machine.evaluate(node.func.value)
        name = node.func.attr.value
        arguments = evaluate_arguments(machine, node)
        return choices.distribute(
            machine,
            receiver,
            node,
            lambda inner: machine.call_method(inner, name, arguments, node),
        )
    if isinstance(node.func, cst.Name) and node.func.value == "super":
        return _super(machine, node)
    function = machine.evaluate(node.func)
    if isinstance(function, External):
        value = machine.library.call_unevaluated(machine, function.name, node)
        if value is not None:
            return value
    return machine.call(function, evaluate_arguments(machine, node), node)


def _super(machine: Machine, node: cst.Call) -> AnyValue:
    receiver, owner = machine.scope.find("self"), machine.scope.owner
    receiver = machine.scope.find("cls") if receiver is None else receiver
    if node.args and isinstance(named := machine.evaluate(node.args[0].value), ClassValue):
        owner = named  # `super(Base, self)`
    return Opaque() if receiver is None or owner is None else Superclass(receiver, owner)


def evaluate_arguments(machine: Machine, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call; ``*`` and ``**`` are expanded where they are known."""
    arguments = Arguments()
    for argument in node.args:
        value = machine.evaluate(argument.value)
        place = machine.here(argument.value)
        if argument.star == "*":
            items = value.items if isinstance(value, ListValue) else None
            arguments.open |= items is None
            arguments.positional += items or []
        elif argument.star == "**":
            pairs = entries(machine, value)
            arguments.open |= pairs is None
            if pairs is None and isinstance(value, DictValue):
                pairs = [
                    (key, each) for key, each in value.store.data.items() if isinstance(key, str)
                ]
            if pairs is None:
                escapes.escape(value, "passed as keywords that are not known")
            for key, entry in pairs or ():
                arguments.keywords[key] = entry
                arguments.places[key] = machine.here(argument)
        elif argument.keyword is not None:
            arguments.keywords[argument.keyword.value] = value
            arguments.places[argument.keyword.value] = place
        else:
            arguments.places[len(arguments.positional)] = place
            arguments.positional.append(value)
    return arguments


def call(machine: Machine, function: AnyValue, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Call a value."""
    match function:
        case FunctionValue():
            with machine.through(node):
                return machine.call_function(function, arguments)
        case ClassValue():
            return _instantiate(machine, function, arguments, node)
        case External(name=name) | Opaque(external=str() as name):
            return machine.library.call(machine, name, arguments, node)
        case Partial():
            return machine.call(function.function, _with_partial(function, arguments), node)
        case Method(receiver=receiver, name=name):
            return machine.call_method(receiver, name, arguments, node)
        case Choice():
            return choices.distribute(
                machine, function, node, lambda inner: machine.call(inner, arguments, node)
            )
        case Instance():
            return _call_instance(machine, function, arguments, node)
        case Opaque(path=str() as path):
            # A method under another name: `prepare = accelerator.prepare`.
            value = machine.library.call_by_last_name(machine, path, arguments, node)
            if value is not None:
                return value
    return unknown_call(machine, function, arguments, node)


def _with_partial(function: Partial, arguments: Arguments) -> Arguments:
    """Return the arguments of a call together with those of a ``functools.partial``."""
    before = len(function.positional)
    return Arguments(
        [*function.positional, *arguments.positional],
        {**function.keywords, **arguments.keywords},
        {
            **function.places,
            **{
                (key + before if isinstance(key, int) else key): place
                for key, place in arguments.places.items()
            },
        },
        arguments.open,
    )


def _call_instance(
    machine: Machine, instance: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    method = machine.find_method(instance, "__call__")
    if isinstance(method, FunctionValue):
        with machine.through(node):
            return machine.call_function(method, arguments)
    modelled = machine.library.call_method(machine, instance, "__call__", arguments, node)
    if modelled is not None:
        return modelled
    if instance.cls is not None:
        return Opaque(measured=bool(machine.loops), local=is_local(*arguments.all()))
    return unknown_call(machine, instance, arguments, node)


def unknown_call(
    machine: Machine, function: AnyValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Call something whose code is not seen, so that it may step its arguments."""
    path = getattr(function, "path", None) or getattr(function, "name", None)
    last = str(path).rsplit(".", 1)[-1] if path else ""
    checkpoints.note_save(machine, last, arguments.all(), machine.where(node))
    checkpoints.note_load(machine, last, arguments.all(), node)
    if last not in _HARMLESS:
        why = f"passed to {path or machine.unit.code(node.func)}(…)"
        for value in arguments.all():
            if (
                isinstance(value, FunctionValue)
                and isinstance(value.node, cst.FunctionDef)
                and "hook" not in last
                and not _waits_for_signals(machine, last)
            ):
                if value.receiver is not None:
                    escapes.escape(value.receiver, why)
                _assume_called(machine, value, node)
            else:
                escapes.escape(value, why)
    parsers = [value for value in arguments.all() if _is_parser(value)]
    if len(parsers) == 1 and not last.startswith(_OF_PARSED):
        return parsers[0]  # `parser = Model.add_arguments(parser)`
    is_setting = any(word in last.lower() for word in _SETTINGS)
    measured = bool(machine.loops) and not is_setting
    local = is_local(*arguments.all()) and _stays_local(function)
    planned = _computes(function) and all(map(is_planned, arguments.all()))
    return Opaque(measured=measured and not planned, planned=planned and measured, local=local)


_PURE = frozenset({"math", "random", "re", "operator", "statistics", "string"})


def _computes(function: AnyValue) -> bool:
    """Whether a function of Python measures nothing, whatever it is called with."""
    module, _, name = (library_name(function) or "").rpartition(".")
    return (
        module in _PURE
        or module.split(".")[0] == "numpy"
        or (module == "builtins" and hasattr(builtins, name))
    )


_OF_PARSED = ("parse", "get", "load", "read")
"""How the names of functions begin that return what a parser reads, not the parser."""


def _is_parser(value: AnyValue) -> bool:
    return isinstance(value, Instance) and value.kind is LibraryKind.PARSER


_OF_ONE_PROCESS = ("torch.", "numpy.", "math.", "statistics.", "builtins.", "sklearn.")


def _stays_local(function: AnyValue) -> bool:
    """Whether a function computes with the values of this process only; another may average."""
    name = library_name(function)
    return name is None or name.startswith(_OF_ONE_PROCESS)


_SENDS_SIGNALS = frozenset({"alarm", "kill", "raise_signal", "send_signal", "setitimer"})


def _waits_for_signals(machine: Machine, last: str) -> bool:
    """Whether a call registers a handler of signals; an ordinary run gets none."""
    return last == "signal" and _SENDS_SIGNALS.isdisjoint(machine.unit.survey.module.called)


def _assume_called(machine: Machine, function: FunctionValue, node: cst.Call) -> None:
    """Interpret a function that unknown code receives, such as ``main_worker`` of a launcher."""
    if function.node in machine.called:
        return
    if function.node in machine.idle and is_self_contained(machine, function):
        return
    start, mark = len(machine.journal), len(machine.block)
    with called_unseen(machine, function, registered=True), machine.through(node):
        machine.call_function(function, Arguments(open=True))
    leave_numbers_unknown(machine, start)
    if len(machine.block) == mark:
        # What it steps may get its name only later.
        machine.called.discard(function.node)
        machine.passed.append(function)
        machine.idle.add(function.node)


# -- classes ----------------------------------------------------------------------------------


def _instantiate(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return a new object of a class of the project."""
    modelled = machine.library.construct(machine, cls, arguments, node)
    if modelled is not None:
        return modelled
    kind = machine.library.kind_of_class(cls)
    if cls.remade:
        for earlier in [instance for instance in machine.instances if instance.cls is cls]:
            escapes.escape(earlier, f"what {cls.name}() may return again")
            return Opaque()
    instance = Instance(cls, Store(), open=bool(members.external_bases(cls)), kind=kind)
    instance.store.inherited = tuple(base.scope.store for base in members.lookup_order(cls))
    machine.instances.append(instance)
    _leave_protocols_open(machine, instance)
    start = len(machine.journal)
    initialise(machine, instance, arguments, node)
    if cls.finished:
        for store, key, _ in machine.journal[start:]:
            if store is instance.store and isinstance(store.data.get(key), (Const, Expr)):
                machine.write(store, key, Opaque(str(key)))
    return instance


_FOLLOWED = frozenset({"__init__", "__call__", "__enter__", "__exit__"})


def _leave_protocols_open(machine: Machine, instance: Instance) -> None:
    """Leave open what operators and built-in functions step through methods of an object's class.

    ``len(x)`` and ``x[0]`` call ``__len__`` and ``__getitem__``, which is not followed.
    """
    for cls in members.lookup_order(instance.cls) if instance.cls is not None else ():
        for name, method in cls.scope.store.data.items():
            if (
                isinstance(method, FunctionValue)
                and str(name).startswith("__")
                and name not in _FOLLOWED
            ):
                bound = replace(method, receiver=instance)
                escapes.leave_function_open(bound, f"stepped by {name}()")


def initialise(
    machine: Machine, instance: Instance, arguments: Arguments, node: cst.CSTNode
) -> None:
    """Run the constructor of an object."""
    method = machine.find_method(instance, "__init__")
    if isinstance(method, FunctionValue):
        with machine.through(node):
            machine.call_function(method, arguments)
    elif instance.open:
        name = instance.cls.name if instance.cls is not None else "a class"
        for value in arguments.all():
            escapes.escape(value, f"passed to {name}(…)")
