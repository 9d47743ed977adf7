"""Settings with defaults: argparse, click, typer, fields of classes, the environment."""

from __future__ import annotations

from itertools import takewhile

import libcst as cst

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.namespaces import changeable, namespace
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.library.subclasses import without_name
from lrlint.analysis.model.library_kinds import LibraryKind
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
from lrlint.symbolic import Expr, Strength

# -- argparse -------------------------------------------------------------------------------------


@models("argparse.ArgumentParser", "configargparse.ArgumentParser", "configargparse.ArgParser")
def _parser(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a parser; its store maps the options that it knows to their defaults."""
    store = Store()
    parents = arguments.keywords.get("parents")
    if isinstance(parents, ListValue):
        for parent in parents.items or []:
            if isinstance(parent, Instance):
                store.data.update(parent.store.data)
    fallback = arguments.keywords.get("argument_default")
    if fallback is not None:
        store.data[_FALLBACK] = fallback
    return Instance(None, store, path="parser", kind=LibraryKind.PARSER)


_FALLBACK = ("argument_default",)
"""Where the store of a parser has the default of options without one."""


@models_method(
    LibraryKind.PARSER,
    "add_argument_group",
    "add_mutually_exclusive_group",
    "add_parser",
    "add_subparsers",
)
def _part(machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the parser itself: its groups and commands share one list of options."""
    return parser


@models_method(LibraryKind.PARSER, "parse_args")
def _parse_args(
    machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return _parsed(machine, parser, arguments, node)


@models_method(LibraryKind.PARSER, "parse_known_args", "parse_known_intermixed_args")
def _parse_known_args(
    machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    settings = _parsed(machine, parser, arguments, node, known_only=True)
    return ListValue([settings, Opaque()], kind="tuple")


def _parsed(
    machine: Machine,
    parser: Instance,
    arguments: Arguments,
    node: cst.Call,
    *,
    known_only: bool = False,
) -> Instance:
    """Return the settings of a command line, which the script may write itself."""
    values = {name: value for name, value in parser.store.data.items() if isinstance(name, str)}
    line = arguments.get(0, "args")
    if line is None or line == NONE:
        line = words_of_run(machine)
    given: dict[str, AnyValue] | None = {}
    if isinstance(line, ListValue):
        given = (
            None if line.items is None else _given(machine, parser, line.items, known_only, node)
        )
    # Any other line is the user's, and the defaults hold.
    target = arguments.get(1, "namespace")
    if isinstance(target, Instance):
        values |= {name: value for name, value in target.store.data.items() if name in values}
    elif target is not None and target != NONE:
        given = None
    values = {name: Opaque() for name in values} if given is None else {**values, **given}
    settings = namespace(Store(dict(values.items())))
    if not parser.open:
        settings.kind = LibraryKind.COMMAND_LINE
    return changeable(machine, settings)


def _given(
    machine: Machine,
    parser: Instance,
    line: list[AnyValue],
    known_only: bool,
    node: cst.Call,
) -> dict[str, AnyValue] | None:
    """Return what a command line of ``--name value`` sets; None where it says anything else.

    ``known_only`` passes over the options that the parser does not know.
    """
    words = [word.value if isinstance(word, Const) else None for word in line]
    given: dict[str, AnyValue] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if not isinstance(word, str):
            return None
        flag, equals, text = word.partition("=")
        match parser.store.data.get((flag,)):
            case ListValue(items=[Const(value=str() as key), Const(value=bool() as switched)]):
                given[key] = Const(switched)
            case ListValue(items=[Const(value=str() as key), kind, Const(value="+" | "*")]):
                texts = list(takewhile(_is_argument, words[position:]))
                position += len(texts)
                if equals or not texts or any(text is None for text in texts):
                    return None
                given[key] = ListValue(
                    [_converted(machine, Const(text), kind, node) for text in texts]
                )
            case ListValue(items=[Const(value=str() as key), kind]) if kind != Const(...):
                value: object = text if equals else None
                if not equals and position < len(words):
                    value, position = words[position], position + 1
                if not isinstance(value, str):
                    return None
                given[key] = _converted(machine, Const(value), kind, node)
            case None if known_only:
                continue
            case _:
                return None
    return given


def _is_argument(word: object) -> bool:
    return not (isinstance(word, str) and word.startswith("-"))


def words_of_run(machine: Machine) -> ListValue | None:
    """Return the words after the script's name, without items where they are not known.

    Of the user's, which are not known before a run, only those are returned that the script adds:
    its defaults are taken to hold. None where there are none.
    """
    match machine.patched.data.get("sys.argv"), machine.patched.data.get(_ADDED):
        case None, None:
            return None
        case (ListValue(items=[_, *words]), None) | (None, ListValue(items=list() as words)):
            return ListValue(words)
    return ListValue(None)


@models_method(LibraryKind.COMMAND_LINE, "_get_kwargs")
def _get_kwargs(
    machine: Machine, settings: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Return the names and values of the options."""
    names = [name for name in settings.store.data if isinstance(name, str)]
    entries = [(name, machine.get_attribute(settings, name)) for name in names]
    return ListValue([ListValue([Const(key), value], kind="tuple") for key, value in entries])


@models("sys.argv.append", "sys.argv.extend", "sys.argv.insert")
def _add_to_line(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Note what a script adds to the user's words."""
    added, values = machine.patched.data.get(_ADDED), arguments.all()
    before = [] if added is None else numbers.items_of(added)
    more = values[-1:]
    if isinstance(node.func, cst.Attribute) and node.func.attr.value == "extend":
        more = (numbers.items_of(more[0]) if more else None) or [Opaque()]
    line = ListValue(None if before is None else [*before, *more])
    machine.write(machine.patched, _ADDED, line)
    return NONE


_ADDED = "words added to sys.argv"


@models_method(LibraryKind.PARSER, "set_defaults")
def _set_defaults(
    machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    for key, value in arguments.keywords.items():
        machine.write(parser.store, key, value)
    return NONE


_SWITCHES = {"store_true": False, "store_false": True}


@models_method(LibraryKind.PARSER, "add_argument", "add", "add_arg")  # the last two: configargparse
def _add_argument(
    machine: Machine, parser: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Add an option to a parser: its default, and what a given command line sets for its names."""
    names = [
        value.value
        for value in arguments.positional
        if isinstance(value, Const) and isinstance(value.value, str)
    ]
    if not names:
        return NONE
    dest = arguments.keywords.get("dest")
    if isinstance(dest, Const) and isinstance(dest.value, str):
        key = dest.value
    else:
        long = next((name for name in names if name.startswith("--")), names[0])
        key = long.lstrip("-").replace("-", "_")
    default = arguments.keywords.get("default")
    if default is None:
        default = parser.store.data.get(key, parser.store.data.get(_FALLBACK))
    action = arguments.keywords.get("action")
    if default is None and isinstance(action, Const) and action.value in _SWITCHES:
        default = Const(_SWITCHES[str(action.value)])
    if default is None:
        required = arguments.keywords.get("required") == Const(True) or not names[0].startswith("-")
        # Left out on the command line, an option without a default is None.
        default = Opaque() if required else NONE
    if not (node.args and isinstance(node.args[0].value, cst.SimpleString)):
        default = without_name(default)  # a loop adds the option: the variable's name says nothing
    kind = arguments.keywords.get("type")
    machine.write(parser.store, key, _converted(machine, default, kind, node))
    takes: list[AnyValue] = [NONE if kind is None else kind]
    if isinstance(action, Const) and action.value in _SWITCHES:
        takes = [Const(not _SWITCHES[str(action.value)])]
    elif isinstance(action, External) and action.name == "argparse.BooleanOptionalAction":
        takes = [Const(True)]
        for name in names:
            opposite = ListValue([Const(key), Const(False)])
            machine.write(parser.store, (name.replace("--", "--no-", 1),), opposite)
    elif action is not None:
        takes = [Const(...)]
    elif (count := arguments.keywords.get("nargs")) is not None:
        takes.append(count)
    for name in names:
        machine.write(parser.store, (name,), ListValue([Const(key), *takes]))
    return NONE


def _converted(
    machine: Machine, value: AnyValue, kind: AnyValue | None, node: cst.Call
) -> AnyValue:
    """Return a default as argparse does, which passes a string through ``type``."""
    if not (isinstance(value, Const) and isinstance(value.value, str)):
        return value
    match kind:
        case None | Const() | External(name="builtins.str" | "pathlib.Path"):
            return value
        case External(name="builtins.int" | "builtins.float" as name):
            try:
                whole = name.endswith("int")
                return numbers.from_python(int(value.value) if whole else float(value.value))
            except ValueError:
                return Opaque()
    return machine.call(kind, Arguments([value]), node)


# -- click ----------------------------------------------------------------------------------------


def click_default(machine: Machine, decorator: cst.Call) -> dict[str, AnyValue]:
    """Return the default that ``@click.option("--epochs", default=10)`` gives to a parameter."""
    names: list[str] = []
    default: AnyValue | None = None
    is_flag = several = False
    for argument in decorator.args:
        if argument.keyword is None:
            text = machine.evaluate(argument.value)
            if isinstance(text, Const) and isinstance(text.value, str):
                names.append(text.value)
        elif argument.keyword.value == "default":
            default = machine.evaluate(argument.value)
        elif argument.keyword.value == "is_flag":
            is_flag = True
        elif argument.keyword.value in ("multiple", "nargs"):
            given = machine.evaluate(argument.value)
            several |= given != Const(False) and numbers.plain(given) != 1
    if not names:
        return {}
    plain = [name for name in names if not name.startswith("-")]
    long = [name for name in names if name.startswith("--")]
    key = (plain or long or names)[0].split("/")[0].lstrip("-").replace("-", "_")
    if several and not isinstance(default, ListValue):
        default = None  # the parameter is a tuple, whatever the default is
    elif isinstance(default, Expr) and default.value is not None and not default.atoms():
        default = machine.named_number(key, default.value, Strength.DEFAULT)
    elif isinstance(default, Const):
        default = Const(default.value, Strength.DEFAULT, key)
    elif default is None and is_flag:
        default = Const(False, Strength.DEFAULT, key)
    return {key: Opaque(key) if default is None else default}


# -- fields and the environment -------------------------------------------------------------------


@models("typer.Option", "typer.Argument", "dataclasses.field", "pydantic.Field")
def _field(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the default in ``typer.Option(10, …)`` or ``dataclasses.field(default=10)``."""
    factory = arguments.keywords.get("default_factory")
    if factory is not None:
        return machine.call(factory, Arguments(), node)
    value = arguments.get(0, "default")
    if value is None or (isinstance(value, Const) and value.value is Ellipsis):
        return Opaque()
    return value


@models("os.getenv", "os.environ.get")
def _environment(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the default of an environment variable, which the user may override."""
    name, default = arguments.get(0), arguments.get(1, "default")
    if not (isinstance(name, Const) and isinstance(name.value, str)):
        return Opaque()
    if (written := machine.patched.data.get(("os.environ", name.value))) is not None:
        return written
    path = f'os.environ["{name.value}"]'
    if isinstance(default, Const) and isinstance(default.value, str):
        chosen = machine.override(path)
        return Const(default.value if chosen is None else str(chosen), Strength.DEFAULT, path)
    if isinstance(default, Expr) and default.value is not None:
        return machine.named_number(path, default.value, Strength.DEFAULT)
    return Opaque(path)
