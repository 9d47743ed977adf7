"""Axis ``config``: settings in literals, variables and command lines; axis ``open``.

An option returns a ``Config``: how one setting is written where it is used, and the lines that
define all of them once the whole script is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .draft import Draft, option
from .text import Lines, block, literal

Settings = Mapping[str, object]


@dataclass
class Definitions:
    """What defines the settings: at module level, in the main function, as its parameters."""

    module: Lines = field(default_factory=list)
    main: Lines = field(default_factory=list)
    parameters: Lines = field(default_factory=list)
    decorators: Lines = field(default_factory=list)


@dataclass
class Config:
    access: Callable[[str, object], str]
    define: Callable[[Settings], Definitions]
    variable: str | None = None
    """The one object that holds the settings, where there is one."""
    is_global: bool = False
    in_parameters: bool = False
    spelling: dict[str, str] = field(default_factory=dict)


def spelling(draft: Draft) -> dict[str, str]:
    """Return how this script calls the settings that every script has."""
    return {
        "epochs": draft.pick(["epochs", "epochs", "num_epochs", "n_epochs", "max_epochs"]),
        "lr": draft.pick(["lr", "lr", "learning_rate", "base_lr"]),
        "max_steps": draft.pick(["max_steps", "max_steps", "total_iters", "max_iter"]),
        "batch_size": draft.pick(["batch_size", "batch_size", "bs"]),
    }


def type_name(value: object) -> str:
    return type(value).__name__


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@option("config", 3)
def literals(draft: Draft) -> Config:
    return Config(lambda name, value: literal(value), lambda settings: Definitions())


@option("config", 3)
def constants(draft: Draft) -> Config:
    def define(settings: Settings) -> Definitions:
        return Definitions(module=[f"{k.upper()} = {literal(v)}" for k, v in settings.items()])

    return Config(lambda name, value: name.upper(), define, is_global=True)


@option("config", 2)
def local_variables(draft: Draft) -> Config:
    def define(settings: Settings) -> Definitions:
        return Definitions(main=[f"{k} = {literal(v)}" for k, v in settings.items()])

    return Config(lambda name, value: name, define)


@option("config", 1.5)
def main_parameters(draft: Draft) -> Config:
    typed = draft.chance(0.5)

    def define(settings: Settings) -> Definitions:
        return Definitions(
            parameters=[
                f"{k}: {type_name(v)} = {literal(v)}" if typed else f"{k}={literal(v)}"
                for k, v in settings.items()
            ]
        )

    return Config(lambda name, value: name, define, in_parameters=True)


@option("config", 1)
def click_options(draft: Draft) -> Config:
    def define(settings: Settings) -> Definitions:
        decorators = ["@click.command()"]
        for key, value in settings.items():
            kind = "" if isinstance(value, (bool, list)) else f", type={type_name(value)}"
            if isinstance(value, list):
                kind, value = ", multiple=True, type=int", tuple(value)
            flag = key.replace("_", "-")
            decorators.append(f'@click.option("--{flag}", "{key}", default={value!r}{kind})')
        return Definitions(parameters=list(settings), decorators=decorators)

    return Config(lambda name, value: name, define, in_parameters=True)


def _argument(draft: Draft, key: str, value: object, dashes: bool) -> str:
    flag = f"--{key.replace('_', '-') if dashes else key}"
    if draft.marked("open", "argument-required") and key in draft.open_settings:
        return f'parser.add_argument("{flag}", type={type_name(value)}, required=True)'
    if draft.marked("open", "argument-overridden") and key in draft.open_settings:
        return f'parser.add_argument("{flag}", type={type_name(value)}, default=100)'
    if isinstance(value, bool):
        action = "argparse.BooleanOptionalAction, default=True" if value else '"store_true"'
        return f'parser.add_argument("{flag}", action={action})'
    if isinstance(value, list):
        return f'parser.add_argument("{flag}", type=int, nargs="+", default={literal(value)})'
    kind = "" if isinstance(value, str) else f" type={type_name(value)},"
    note = f', help="{key.replace("_", " ")}"' if draft.seed % 3 == 0 else ""
    return f'parser.add_argument("{flag}",{kind} default={literal(value)}{note})'


def _parser(draft: Draft, settings: Settings) -> Lines:
    dashes = draft.seed % 2 == 0
    title = 'description="train a model"' if draft.seed % 4 == 0 else ""
    lines = [f"parser = argparse.ArgumentParser({title})"]
    for key, value in settings.items():
        lines.append(_argument(draft, key, value, dashes))
        if key in draft.open_settings and draft.marked("open", *ARGUMENT_OPTIONS):
            flag = f"--{key.replace('_', '-') if dashes else key}"
            draft.argv += [flag, str(value)]
            draft.sets.append(f"{draft.config.variable}.{key}={value}")
    return lines


ARGUMENT_OPTIONS = ("argument-required", "argument-overridden")


@option("config", 5)
def argparse_function(draft: Draft) -> Config:
    name = draft.pick(["args", "args", "args", "cfg"])
    function = draft.pick(["parse_args", "get_args"])

    def define(settings: Settings) -> Definitions:
        body = [*_parser(draft, settings), "return parser.parse_args()"]
        return Definitions(block(f"def {function}():", body), [f"{name} = {function}()"])

    return Config(lambda key, value: f"{name}.{key}", define, name)


@option("config", 2)
def argparse_inline(draft: Draft) -> Config:
    tail = draft.pick(
        ["parser.parse_args()", "parser.parse_args()", "parser.parse_known_args()[0]"]
    )

    def define(settings: Settings) -> Definitions:
        return Definitions(main=[*_parser(draft, settings), f"args = {tail}"])

    return Config(lambda key, value: f"args.{key}", define, "args")


def _typed(key: str, value: object, dashes: bool) -> Lines:
    """Return a setting as the words of a command line."""
    flag = f"--{key.replace('_', '-') if dashes else key}"
    if isinstance(value, bool):
        return [flag] if value else []
    return [flag, *(map(str, value) if isinstance(value, list) else [str(value)])]


@option("config", 1)
def argparse_list(draft: Draft) -> Config:
    """``parse_args([...])``: the command line is written in the script."""

    def define(settings: Settings) -> Definitions:
        words = [w for k, v in settings.items() for w in _typed(k, v, draft.seed % 2 == 0)]
        other = {k: 7 if type(v) is int else v for k, v in settings.items()}
        return Definitions(main=[*_parser(draft, other), f"args = parser.parse_args({words!r})"])

    return Config(lambda key, value: f"args.{key}", define, "args")


@option("config", 0.7)
def argparse_vars(draft: Draft) -> Config:
    def define(settings: Settings) -> Definitions:
        body = [*_parser(draft, settings), "return vars(parser.parse_args())"]
        return Definitions(block("def parse_args():", body), ["opts = parse_args()"])

    return Config(lambda key, value: f'opts["{key}"]', define, "opts")


@option("open", 12)
def nothing(draft: Draft) -> None:
    """Everything that the script needs is in it."""


@option("open", 1, when=lambda d: d.marked("config", "argparse-function", "argparse-inline"))
def argument_required(draft: Draft) -> None:
    draft.open_settings = {draft.config.spelling[k] for k in ("epochs", "max_steps")}


@option("open", 1, when=lambda d: d.marked("config", "argparse-function", "argparse-inline"))
def argument_overridden(draft: Draft) -> None:
    argument_required(draft)


@option("open", 1)
def loader(draft: Draft) -> None:
    """The loader comes from a package that lrlint does not see (axis ``data``)."""
