"""Where settings come from: argparse, namespaces, click and typer, configuration helpers."""

from __future__ import annotations

from dataclasses import replace

from lrlint.analysis.interpreter import attributes, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    External,
    Instance,
    Kind,
    ListValue,
    Opaque,
    Store,
)
from lrlint.symbolic import Expr, Strength
from lrlint.syntax import nodes as cst


@models("argparse.ArgumentParser", "configargparse.ArgumentParser", "configargparse.ArgParser")
def _parser(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    store = Store()
    parents = arguments.keywords.get("parents")
    if isinstance(parents, ListValue):
        for parent in parents.items or []:
            if isinstance(parent, Instance):
                store.data.update(parent.store.data)
    return Instance(None, store, path="parser", kind=Kind.PARSER)


def parser_method(
    machine: Machine, receiver: Instance, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """A method of an ``argparse.ArgumentParser``."""
    match name:
        case "add_argument":
            _add_argument(machine, receiver, arguments)
            return NONE
        case "add_argument_group" | "add_mutually_exclusive_group":
            return receiver
        case "set_defaults":
            for key, value in arguments.keywords.items():
                machine.write(receiver.store, key, value)
            return NONE
        case "parse_args":
            return _parsed(receiver)
        case "parse_known_args":
            return ListValue([_parsed(receiver), Opaque()], kind="tuple")
        case "add_subparsers":
            return receiver
        case "add_parser":
            return receiver
    return None


def _parsed(parser: Instance) -> Instance:
    return namespace(Store(dict(parser.store.data)))


def namespace(store: Store) -> Instance:
    """Settings that are read by attribute; there may be others than are known."""
    return Instance(None, store, setting=True, kind=Kind.NAMESPACE, open=True)


_SWITCHES = {"store_true": False, "store_false": True}


def _add_argument(machine: Machine, parser: Instance, arguments: Arguments) -> None:
    names = [
        value.value
        for value in arguments.positional
        if isinstance(value, Const) and isinstance(value.value, str)
    ]
    if not names:
        return
    dest = arguments.keywords.get("dest")
    if isinstance(dest, Const) and isinstance(dest.value, str):
        key = dest.value
    else:
        long = next((name for name in names if name.startswith("--")), names[0])
        key = long.lstrip("-").replace("-", "_")
    default = arguments.keywords.get("default")
    action = arguments.keywords.get("action")
    if default is None and isinstance(action, Const) and action.value in _SWITCHES:
        default = Const(_SWITCHES[str(action.value)])
    if default is None:
        required = arguments.keywords.get("required") == Const(True) or not names[0].startswith("-")
        # Left out on the command line, an option without a default is None.
        default = Opaque() if required else NONE
    machine.write(parser.store, key, _converted(default, arguments.keywords.get("type")))


def _converted(value: AnyValue, kind: AnyValue | None) -> AnyValue:
    """argparse passes a string default through ``type``."""
    if not (isinstance(value, Const) and isinstance(value.value, str)):
        return value
    if isinstance(kind, External) and kind.name in ("builtins.int", "builtins.float"):
        try:
            return numbers.from_python(
                int(value.value) if kind.name.endswith("int") else float(value.value)
            )
        except ValueError:
            return Opaque()
    return value


@models(
    "argparse.Namespace",
    "types.SimpleNamespace",
    "easydict.EasyDict",
    "addict.Dict",
    "munch.Munch",
    "munch.munchify",
    "ml_collections.ConfigDict",
    "ml_collections.config_dict.ConfigDict",
    "box.Box",
)
def _namespace(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``SimpleNamespace(epochs=10)``, ``Namespace(**config)``, ``EasyDict({...})``."""
    store = Store()
    for value in arguments.positional:
        if isinstance(value, DictValue) and value.path is None:
            store.data.update(value.store.data)  # they get their names from the namespace
        else:
            store.data.update(dict(attributes.entries(machine, value) or []))
    store.data.update(arguments.keywords)
    setting = any(isinstance(one, DictValue) and one.setting for one in arguments.positional)
    if not machine.unit.code(node.func).endswith("Namespace"):
        for key, value in list(store.data.items()):
            store.data[key] = as_namespace(value)
    return Instance(None, store, setting=setting, kind=Kind.NAMESPACE, open=arguments.open)


@models("typer.Option", "typer.Argument", "dataclasses.field", "pydantic.Field")
def _option(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``typer.Option(10, …)``, ``dataclasses.field(default=10)``: the default that it carries."""
    factory = arguments.keywords.get("default_factory")
    if factory is not None:
        return machine.call(factory, Arguments(), node)
    value = arguments.get(0, "default")
    if value is None or (isinstance(value, Const) and value.value is Ellipsis):
        return Opaque()
    return value


@models("omegaconf.OmegaConf.create")
def _config_dict(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``OmegaConf.create({...})``: a dict that is read by attribute, too."""
    value = arguments.get(0)
    return as_namespace(value) if isinstance(value, DictValue) else Opaque()


@models("omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.unsafe_merge")
def _merge(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``OmegaConf.merge(OmegaConf.load("config.yaml"), OmegaConf.from_cli())``.

    What is not known, such as the command line, may override what is.
    """
    known = [as_namespace(value) for value in arguments.positional]
    found = [value for value in known if isinstance(value, Instance) and value.cls is None]
    if not found:
        return Opaque()
    merged = namespace(Store())
    for one in found:
        update(merged, one)
    return merged


def update(namespace: Instance, other: Instance) -> None:
    """Put the values of a namespace of settings, and of those in it, into another one."""
    for key, value in other.store.data.items():
        known = namespace.store.data.get(key)
        if isinstance(known, Instance) and isinstance(value, Instance):
            update(known, value)
        else:
            namespace.store.data[key] = _copied(value)


def _copied(value: AnyValue) -> AnyValue:
    if not (isinstance(value, Instance) and value.cls is None):
        return value
    found = replace(value, store=Store())
    update(found, value)
    return found


def as_namespace(value: AnyValue) -> AnyValue:
    """A dict, and those in it, as an object whose keys are read as attributes."""
    if isinstance(value, ListValue) and value.items is not None:
        return replace(value, items=[as_namespace(one) for one in value.items])
    if not isinstance(value, DictValue):
        return value
    store = Store({key: as_namespace(one) for key, one in value.store.data.items()})
    return Instance(None, store, value.path, setting=value.setting, kind=Kind.NAMESPACE, open=True)


@models("wandb.init")
def _wandb_init(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    config = arguments.keywords.get("config")
    run = Instance(None, Store(), path="run", kind=Kind.WANDB_RUN, open=True)
    if config is not None:
        run.store.data["config"] = config
    return run


@models("os.getenv", "os.environ.get")
def _environment(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """A variable of the environment: its default, which the user may override."""
    name, default = arguments.get(0), arguments.get(1, "default")
    if not (isinstance(name, Const) and isinstance(name.value, str)):
        return Opaque()
    path = f'os.environ["{name.value}"]'
    if isinstance(default, Const) and isinstance(default.value, str):
        chosen = machine.override(path)
        return Const(default.value if chosen is None else str(chosen), Strength.DEFAULT, path)
    if isinstance(default, Expr) and default.value is not None:
        return machine.named_number(path, default.value, Strength.DEFAULT)
    return Opaque(path)
