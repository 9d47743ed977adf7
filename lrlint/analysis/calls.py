"""Calls: into the project's own functions and classes, and to what libraries offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lrlint.analysis import (
    attributes,
    binding,
    branches,
    budget,
    checkpoints,
    escapes,
    memory,
    streams,
)
from lrlint.analysis.conditions import Condition, conjoin
from lrlint.analysis.places import SyntaxPlace
from lrlint.analysis.state import Frame
from lrlint.analysis.values import (
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
from lrlint.symbolic import Expr, Strength
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


@dataclass(slots=True)
class Arguments:
    """The evaluated arguments of a call."""

    positional: list[AnyValue] = field(default_factory=list)
    keywords: dict[str, AnyValue] = field(default_factory=dict)
    places: dict[int | str, SyntaxPlace] = field(default_factory=dict)
    """Where each argument's value is written, by position or keyword."""
    open: bool = False
    """Whether ``*args`` or ``**kwargs`` hand over more than is known."""

    def get(self, position: int, name: str | None = None) -> AnyValue | None:
        """The argument at a position or under a keyword."""
        if name is not None and name in self.keywords:
            return self.keywords[name]
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return None

    def place(self, position: int, name: str | None = None) -> SyntaxPlace | None:
        """Where the argument at a position or under a keyword is written."""
        if name is not None and name in self.places:
            return self.places[name]
        return self.places.get(position)

    def all(self) -> list[AnyValue]:
        """All arguments."""
        return [*self.positional, *self.keywords.values()]


def evaluate_call(at: Interpreter, node: syn.Call) -> AnyValue:
    """The value of a call."""
    from lrlint.analysis import methods

    function: AnyValue
    if isinstance(node.func, syn.Attribute):
        receiver = at.evaluate(node.func.value)
        name = node.func.attr.value
        arguments = evaluate_arguments(at, node)
        return branches.distribute(
            at,
            receiver,
            node,
            lambda item: methods.call_method(at, item, name, arguments, node),
        )
    if isinstance(node.func, syn.Name) and node.func.value == "super":
        return _super(at, node)
    function = at.evaluate(node.func)
    if isinstance(function, External) and function.name == "builtins.isinstance":
        from lrlint.analysis.library import inspection

        return inspection.is_instance(at, node)
    arguments = evaluate_arguments(at, node)
    return call(at, function, arguments, node)


def evaluate_arguments(at: Interpreter, node: syn.Call) -> Arguments:
    """Evaluate what a call hands over, ``*`` and ``**`` spread where they are known."""
    found = Arguments()
    for argument in node.args:
        value = at.evaluate(argument.value)
        place = at.here(argument.value)
        if argument.star == "*":
            items = attributes.elements(value) if isinstance(value, ListValue) else []
            if isinstance(value, ListValue) and value.items is not None:
                found.positional += items
            else:
                found.open = True
        elif argument.star == "**":
            pairs = attributes.entries(at, value)
            if pairs is None:
                found.open = True
            else:
                for key, item in pairs:
                    found.keywords[key] = item
                    found.places[key] = at.here(argument)  # no expression of its own
        elif argument.keyword is not None:
            found.keywords[argument.keyword.value] = value
            found.places[argument.keyword.value] = place
        else:
            found.places[len(found.positional)] = place
            found.positional.append(value)
    return found


def call(at: Interpreter, function: AnyValue, arguments: Arguments, node: syn.Call) -> AnyValue:
    """Call a value."""
    match function:
        case FunctionValue():
            with at.through(node):
                return call_function(at, function, arguments)
        case ClassValue():
            return instantiate(at, function, arguments, node)
        case External(name=name) | Opaque(external=str() as name):
            from lrlint.analysis import library

            return library.call_external(at, name, arguments, node)
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
            return call(at, inner, merged, node)
        case Method(receiver=receiver, name=name):
            from lrlint.analysis import methods

            return methods.call_method(at, receiver, name, arguments, node)
        case Choice():
            return branches.distribute(
                at, function, node, lambda item: call(at, item, arguments, node)
            )
        case Instance():
            return _call_instance(at, function, arguments, node)
    return unknown_call(at, function, arguments, node)


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
    at: Interpreter, function: AnyValue, arguments: Arguments, node: syn.Call
) -> AnyValue:
    """A call of something whose code is not seen: what it is handed may be stepped there."""
    text = getattr(function, "path", None) or getattr(function, "name", None)
    last = str(text).rsplit(".", 1)[-1] if text else ""
    checkpoints.note_save(at, last, arguments.all(), node)
    checkpoints.note_load(at, last, arguments.all(), node)
    if last not in _HARMLESS:
        how = f"handed to {text or at.unit.code(node.func)}(…)"
        for value in arguments.all():
            if isinstance(value, FunctionValue) and isinstance(value.node, syn.FunctionDef):
                if value.receiver is not None:
                    escapes.escape(value.receiver, how)
                _assume_called(at, value, node)
            else:
                escapes.escape(value, how)
    return Opaque(measured=bool(at.loops) and not _looks_like_setting(last))


def _looks_like_setting(name: str) -> bool:
    return any(word in name.lower() for word in ("arg", "config", "cfg", "option", "param"))


def _assume_called(at: Interpreter, function: FunctionValue, node: syn.Call) -> None:
    """A function handed to unknown code is run by it: a launcher's ``main_worker``."""
    if function.node in at.called:
        return
    with at.through(node):
        call_function(at, function, Arguments(open=True))


def _super(at: Interpreter, node: syn.Call) -> AnyValue:
    receiver = at.scope.store.data.get("self")
    frame_owner = at.scope.owner
    if receiver is None or frame_owner is None:
        return Opaque()
    return Superclass(receiver, frame_owner)


def _call_instance(
    at: Interpreter, instance: Instance, arguments: Arguments, node: syn.Call
) -> AnyValue:
    method = attributes.find_method(at, instance, "__call__")
    if isinstance(method, FunctionValue):
        with at.through(node):
            return call_function(at, method, arguments)
    if instance.cls is not None:
        return Opaque(measured=bool(at.loops))
    return unknown_call(at, instance, arguments, node)


# -- functions --------------------------------------------------------------------------------


def call_function(at: Interpreter, function: FunctionValue, arguments: Arguments) -> AnyValue:
    """Interpret a function's body with its arguments bound."""
    node = function.node
    at.called.add(node)
    depth = sum(1 for frame in at.frames if frame.function is node)
    recursive = depth >= 2 or len(at.frames) > at.limits.depth
    if recursive or not function.scope.unit.look_into(node):
        for value in arguments.all():
            escapes.escape(value, "handed to a call that is not followed")
        return Opaque()
    at.handed += [one for one in arguments.all() if isinstance(one, (FunctionValue, Method))]
    if function.scope.unit is at.unit:
        return _remembered(at, function, arguments)
    return budget.call(at, function, arguments.all(), lambda: _remembered(at, function, arguments))


def _remembered(at: Interpreter, function: FunctionValue, arguments: Arguments) -> AnyValue:
    return memory.recall(at, function, arguments, lambda: _run(at, function, arguments))


def _run(at: Interpreter, function: FunctionValue, arguments: Arguments) -> AnyValue:
    node = function.node
    scope = Scope(Store(), function.scope.unit, parent=function.scope, is_function=True)
    scope.owner = function.owner
    bind_parameters(at, function, arguments, scope)
    if isinstance(node, syn.Lambda):
        with at.elsewhere(scope.unit, scope):
            return at.evaluate(node.body)
    if function.scope.unit.survey.is_generator(node):
        return _generator(at, function, scope)
    frame = Frame(node, len(at.guards), len(at.loops))
    at.frames.append(frame)
    gradients = at.without_gradients
    at.without_gradients = gradients or "<no_grad>" in function.defaults
    try:
        with at.elsewhere(scope.unit, scope):
            at.run_block(node.body.body)
    finally:
        at.frames.pop()
        at.without_gradients = gradients
    return _returned(at, frame)


def _returned(at: Interpreter, frame: Frame) -> AnyValue:
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
            value = branches.join(at, condition, item, value)
        return value
    numbers = [value for _, value in results if isinstance(value, Expr)]
    if len(numbers) == len(results):
        value = results[-1][1]
        for condition, item in reversed(results[:-1]):
            value = branches.join(at, condition, item, value)
        return value
    return branches.choice(at, results)


def _generator(at: Interpreter, function: FunctionValue, scope: Scope) -> AnyValue:
    """A generator of the project: its batches are not counted, what it is handed is not lost."""
    node = function.node
    assert isinstance(node, syn.FunctionDef)
    return streams.generator_stream(at, node, scope)


def bind_parameters(
    at: Interpreter, function: FunctionValue, arguments: Arguments, scope: Scope
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
    if rest and not isinstance(parameters.star_arg, syn.Param):
        for value in positional:  # another function must be meant, or another version of this one
            escapes.escape(value, "handed to a function that does not take as many")
    if isinstance(parameters.star_arg, syn.Param):
        data[parameters.star_arg.name.value] = ListValue(
            None if arguments.open else list(rest), kind="tuple"
        )
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
                data[name] = _weakened(at, default, name)
            else:
                data[name] = binding.named(at, default, name)


def _called(value: AnyValue, name: str) -> AnyValue:
    """An argument; ``main(parse())`` gives what is not known the name of the parameter."""
    if isinstance(value, (Opaque, Loader)) and value.path is None:
        value.path = name
    return value


def _weakened(at: Interpreter, default: AnyValue, name: str) -> AnyValue:
    """A default that a caller out of sight may override."""
    if isinstance(default, Expr) and not default.atoms() and default.value is not None:
        return at.named_number(name, default.value, Strength.DEFAULT)
    if isinstance(default, Const):
        if default.value is None:
            return Opaque(name)
        return Const(default.value, Strength.DEFAULT, name)
    return default


# -- classes ----------------------------------------------------------------------------------


def instantiate(at: Interpreter, cls: ClassValue, arguments: Arguments, node: syn.Call) -> AnyValue:
    """Construct an object of a class of the project."""
    from lrlint.analysis.library import classes

    special = classes.construct(at, cls, arguments, node)
    if special is not None:
        return special
    instance = Instance(cls, Store(), open=bool(attributes.external_bases(cls)))
    at.instances.append(instance)
    initialise(at, instance, arguments, node)
    return instance


def initialise(at: Interpreter, instance: Instance, arguments: Arguments, node: syn.Node) -> None:
    """Run the constructor of an object."""
    method = attributes.find_method(at, instance, "__init__")
    if isinstance(method, FunctionValue):
        with at.through(node):
            call_function(at, method, arguments)
        return
    if instance.open:
        name = instance.cls.name if instance.cls is not None else "a class"
        for value in arguments.all():
            escapes.escape(value, f"handed to {name}(…)")
