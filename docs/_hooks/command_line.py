"""The reference of the command line, made of click's own objects."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape

import click

from lrlint.cli.group import COMMANDS, lrlint


def pages() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of the page."""
    group = click.Context(lrlint, info_name="lrlint", **lrlint.context_settings)
    rows = ["# Command line", "", _text(lrlint), ""]
    rows += ["| command | what it does |", "| --- | --- |"]
    rows += [
        f"| [`lrlint {name}`](#{_anchor(name)}) | {COMMANDS[name].help} |" for name in COMMANDS
    ]
    for name in COMMANDS:
        command = lrlint.get_command(group, name)
        assert command is not None
        rows += ["", *_command(command, click.Context(command, info_name=name, parent=group))]
    yield "command-line.md", "\n".join(rows) + "\n"


def _anchor(name: str) -> str:
    return f"lrlint-{name}"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    name = context.info_name
    yield f"## lrlint {name} {{ #{_anchor(str(name))} }}"
    yield ""
    yield "```text"
    yield " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield "```"
    yield ""
    yield _text(command)
    yield ""
    yield "| option | meaning |"
    yield "| --- | --- |"
    for parameter in command.get_params(context):
        names, meaning = parameter.get_help_record(context) or ("", "")
        if meaning:  # an argument without one is in the usage
            yield f"| <code>{_cell(escape(names))}</code> | {_cell(_with_code(meaning))} |"


def _text(command: click.Command) -> str:
    return _with_code(inspect.cleandoc(command.help or "").replace("\b\n", ""))


def _with_code(text: str) -> str:
    """Return a text with the options in it as code."""
    return re.sub(r"(?<![\w`-])--[a-z][a-z-]*", r"`\g<0>`", text.replace("<", "&lt;"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "&#124;")
