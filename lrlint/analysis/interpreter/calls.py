"""Calls: into the project's own functions and classes, and to what libraries offer."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import (
    attributes,
    budget,
    checkpoints,
    choices,
    escapes,
    iteration,
    members,
    memory,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import named
from lrlint.analysis.interpreter.outcomes import Frame
from lrlint.analysis.model.conditions import Condition, conjoin
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Method,
    Opaque,
    Partial,
    Scope,
    Store,
    Superclass,
)
from lrlint.source.nodes import star_parameter, statements_of
from lrlint.symbolic import Expr, Strength


def evaluate_call(machine: Machine, node: cst.Call) -> AnyValue:
    """The value of a call."""

    function: AnyValue
    if isinstance(node.func, cst.Attribute):
        receiver = machine.evaluate(node.func.value)
        name = node.func.attr.value
        arguments = evaluate_arguments(machine, node)
        return choices.distribute(
            machine,
            receiver,
            node,
            lambda item: machine.call_method(item, name, arguments, node),
        )
    if isinstance(node.func, cst.Name) and node.func.value == "super":
        return _super(machine, node)
    function = machine.evaluate(node.func)
    if isinstance(function, External):
        value = machine.library.call_unevaluated(machine, function.name, node)
        if value is not None:
            return value
    arguments = evaluate_arguments(machine, node)
    return machine.call(function, arguments, node)


def evaluate_arguments(machine: Machine, node: cst.Call) -> Arguments:
    """Evaluate what a call hands over, ``*`` and ``**`` spread where they are known."""
    found = Arguments()
    for argument in node.args:
        value = machine.evaluate(argument.value)
        place = machine.here(argument.value)
        if argument.star == "*":
            items = members.elements(value) if isinstance(value, ListValue) else []
            if isinstance(value, ListValue) and value.items is not None:
                found.positional += items
            else:
                found.open = True
        elif argument.star == "**":
            pairs = attributes.entries(machine, value)
            if pairs is None:
                found.open = True
            else:
                for key, item in pairs:
                    found.keywords[key] = item
                    found.places[key] = machine.here(argument)  # no expression of its own
        elif argument.keyword is not None:
            found.keywords[argument.keyword.value] = value
            found.places[argument.keyword.value] = place
        else:
            found.places[len(found.positional)] = place
            found.positional.append(value)
    return found


def call(machine: Machine, function: AnyValue, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Call a value."""
    match function:
        case FunctionValue():
            with machine.through(node):
                return machine.call_function(function, arguments)
        case ClassValue():
            return instantiate(machine, function, arguments, node)
        case External(name=name) | Opaque(external=str() as name):
            return machine.library.call(machine, name, arguments, node)
        case Partial(function=inner, positional=positional, keywords=keywords):
            merged = Arguments(
                [*positional, *arguments.positional],
                {**keywords, **arguments.keywords},
                {
                    (k + len(positional) if isinstance(k, int) else k): v
                    for k, v in arguments.places.items()
                },
                arguments.open,
            )
            return machine.call(inner, merged, node)
        case Method(receiver=receiver, name=name):
            return machine.call_method(receiver, name, arguments, node)
        case Choice():
            return choices.distribute(
                machine, function, node, lambda item: machine.call(item, arguments, node)
            )
        case Instance():
            return _call_instance(machine, function, arguments, node)
    return unknown_call(machine, function, arguments, node)


_HARMLESS = (
    "print",
    "log",
    "info",
    "debug",
    "warning",
    "repr",
    "str",
    "type",
    "id",
    "save",
    "isinstance",
    "hasattr",
    "issubclass",
    "format",
    "callable",
    "pprint",
    "getsource",
    "write",
    "summary",
    "vars",
    "dir",
)


def unknown_call(
    machine: Machine, function: AnyValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """A call of something whose code is not seen: what it is handed may be stepped there."""
    text = getattr(function, "path", None) or getattr(function, "name", None)
    last = str(text).rsplit(".", 1)[-1] if text else ""
    checkpoints.note_save(machine, last, arguments.all(), node)
    checkpoints.note_load(machine, last, arguments.all(), node)
    if last not in _HARMLESS:
        how = f"handed to {text or machine.unit.code(node.func)}(…)"
        for value in arguments.all():
            if isinstance(value, FunctionValue) and isinstance(value.node, cst.FunctionDef):
                if value.receiver is not None:
                    escapes.escape(value.receiver, how)
                _assume_called(machine, value, node)
            else:
                escapes.escape(value, how)
    return Opaque(measured=bool(machine.loops) and not _looks_like_setting(last))


def _looks_like_setting(name: str) -> bool:
    return any(word in name.lower() for word in ("arg", "config", "cfg", "option", "param"))


def _assume_called(machine: Machine, function: FunctionValue, node: cst.Call) -> None:
    """A function handed to unknown code is run by it: a launcher's ``main_worker``."""
    if function.node in machine.called:
        return
    with machine.through(node):
        machine.call_function(function, Arguments(open=True))


def _super(machine: Machine, node: cst.Call) -> AnyValue:
    receiver = machine.scope.store.data.get("self")
    frame_owner = machine.scope.owner
    if receiver is None or frame_owner is None:
        return Opaque()
    return Superclass(receiver, frame_owner)


def _call_instance(
    machine: Machine, instance: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    method = machine.find_method(instance, "__call__")
    if isinstance(method, FunctionValue):
        with machine.through(node):
            return machine.call_function(method, arguments)
    if instance.cls is not None:
        return Opaque(measured=bool(machine.loops))
    return unknown_call(machine, instance, arguments, node)


# -- functions --------------------------------------------------------------------------------


def call_function(machine: Machine, function: FunctionValue, arguments: Arguments) -> AnyValue:
    """Interpret a function's body with its arguments bound."""
    node = function.node
    machine.called.add(node)
    depth = sum(1 for frame in machine.frames if frame.function is node)
    recursive = depth >= 2 or len(machine.frames) > machine.limits.depth
    if recursive or function.scope.unit.body_of(node) is None:
        for value in arguments.all():
            escapes.escape(value, "handed to a call that is not followed")
        return Opaque()
    machine.handed += [one for one in arguments.all() if isinstance(one, (FunctionValue, Method))]
    if function.scope.unit is machine.unit:
        return _remembered(machine, function, arguments)
    return budget.call(
        machine, function, arguments.all(), lambda: _remembered(machine, function, arguments)
    )


def _remembered(machine: Machine, function: FunctionValue, arguments: Arguments) -> AnyValue:
    return memory.recall(machine, function, arguments, lambda: _run(machine, function, arguments))


def _run(machine: Machine, function: FunctionValue, arguments: Arguments) -> AnyValue:
    node = function.node
    scope = Scope(Store(), function.scope.unit, parent=function.scope, is_function=True)
    scope.owner = function.owner
    bind_parameters(machine, function, arguments, scope)
    if isinstance(node, cst.Lambda):
        with machine.elsewhere(scope.unit, scope):
            return machine.evaluate(node.body)
    body = scope.unit.body_of(node)
    assert body is not None  # see `call_function`
    if scope.unit.survey.is_generator(node):
        return _generator(machine, function, scope)
    frame = Frame(node, len(machine.guards), len(machine.loops))
    machine.frames.append(frame)
    gradients = machine.without_gradients
    machine.without_gradients = gradients or function.traits.without_gradients
    try:
        with machine.elsewhere(scope.unit, scope):
            machine.run_block(statements_of(body))
    finally:
        machine.frames.pop()
        machine.without_gradients = gradients
    return _returned(machine, frame)


def _returned(machine: Machine, frame: Frame) -> AnyValue:
    """All ``return`` values joined, each under the guards that led to it."""
    if not frame.returns:
        return NONE
    if len(frame.returns) == 1:
        return frame.returns[0][1]
    results: list[tuple[Condition, AnyValue]] = []
    fallback: AnyValue | None = None
    for guards, value in frame.returns:
        condition = conjoin(guards)
        if condition is None:
            fallback = value
            break
        results.append((condition, value))
    if fallback is not None and not results:
        return fallback
    if fallback is not None:
        value = fallback
        for condition, item in reversed(results):
            value = choices.join(machine, condition, item, value)
        return value
    numbers = [value for _, value in results if isinstance(value, Expr)]
    if len(numbers) == len(results):
        value = results[-1][1]
        for condition, item in reversed(results[:-1]):
            value = choices.join(machine, condition, item, value)
        return value
    return choices.choice(machine, results)


def _generator(machine: Machine, function: FunctionValue, scope: Scope) -> AnyValue:
    """A generator of the project: its batches are not counted, what it is handed is not lost."""
    node = function.node
    assert isinstance(node, cst.FunctionDef)
    return iteration.generator_stream(machine, node, scope)


def bind_parameters(
    machine: Machine, function: FunctionValue, arguments: Arguments, scope: Scope
) -> None:
    """Bind a call's arguments to the parameters of a function."""
    parameters = function.node.params
    names = [
        *(p.name.value for p in parameters.posonly_params),
        *(p.name.value for p in parameters.params),
    ]
    data = scope.store.data
    positional = list(arguments.positional)
    if function.receiver is not None:
        positional.insert(0, function.receiver)
    for name, value in zip(names, positional, strict=False):
        data[name] = _called(value, name)
    rest = positional[len(names) :]
    star = star_parameter(parameters)
    if rest and star is None:
        for value in positional:  # another function must be meant, or another version of this one
            escapes.escape(value, "handed to a function that does not take as many")
    if star is not None:
        data[star.name.value] = ListValue(None if arguments.open else list(rest), kind="tuple")
    names += [p.name.value for p in parameters.kwonly_params]
    extra: dict[object, AnyValue] = {}
    for name, value in arguments.keywords.items():
        if name in names:
            data[name] = _called(value, name)
        else:
            extra[name] = value
    if parameters.star_kwarg is not None:
        name = parameters.star_kwarg.name.value
        data[name] = DictValue(Store(extra), complete=not arguments.open, path=name)
    for name in names:
        if name not in data:
            default = function.defaults.get(name)
            if default is None:
                data[name] = Opaque(name)
            elif arguments.open:
                data[name] = _weakened(machine, default, name)
            else:
                data[name] = named(machine, default, name)


def _called(value: AnyValue, name: str) -> AnyValue:
    """An argument; ``main(parse())`` gives what is not known the name of the parameter."""
    if isinstance(value, (Opaque, Loader)) and value.path is None:
        value.path = name
    return value


def _weakened(machine: Machine, default: AnyValue, name: str) -> AnyValue:
    """A default that a caller out of sight may override."""
    if isinstance(default, Expr) and not default.atoms() and default.value is not None:
        return machine.named_number(name, default.value, Strength.DEFAULT)
    if isinstance(default, Const):
        if default.value is None:
            return Opaque(name)
        return Const(default.value, Strength.DEFAULT, name)
    return default


# -- classes ----------------------------------------------------------------------------------


def instantiate(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Construct an object of a class of the project."""

    special = machine.library.construct(machine, cls, arguments, node)
    if special is not None:
        return special
    instance = Instance(cls, Store(), open=bool(members.external_bases(cls)))
    machine.instances.append(instance)
    initialise(machine, instance, arguments, node)
    return instance


def initialise(
    machine: Machine, instance: Instance, arguments: Arguments, node: cst.CSTNode
) -> None:
    """Run the constructor of an object."""
    method = machine.find_method(instance, "__init__")
    if isinstance(method, FunctionValue):
        with machine.through(node):
            machine.call_function(method, arguments)
        return
    if instance.open:
        name = instance.cls.name if instance.cls is not None else "a class"
        for value in arguments.all():
            escapes.escape(value, f"handed to {name}(…)")
