"""What a shell offers for an option's value: rules, and the names that `predict --set` takes.

An error would be printed into the prompt, so where one occurs, nothing is offered.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def paths(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Let the shell complete names of files."""
    from click.shell_completion import CompletionItem

    return [] if incomplete.startswith("-") else [CompletionItem(incomplete, type="file")]


def rules(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer rules by code, or by name where a name was begun; of a list, the last is completed."""
    from click.shell_completion import CompletionItem

    from lrlint.rule import load_rules  # 0.1 s

    before, comma, start = incomplete.rpartition(",")
    found: list[CompletionItem] = []
    with suppress(Exception):  # rules of a broken distribution
        for rule in load_rules():
            for word, other in ((rule.code, rule.name), (rule.name, rule.code)):
                if word.lower().startswith(start.lower()) and (start or word == rule.code):
                    text = f"{before}{comma}{word}"
                    found.append(CompletionItem(text, help=f"{other}: {rule.summary()}"))
    return found


def settable(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the names of the files on the command line that `--set` may give values to."""
    from click.shell_completion import CompletionItem

    from lrlint.predict.settable import settable_names  # 0.1 s
    from lrlint.source import load

    names: dict[str, None] = {}
    # Click stops at the option without a value and leaves the files among the other arguments.
    given = context.params.get("files") or context.params.get("paths") or context.args
    for file in given:
        with suppress(Exception):  # what cannot be read or analysed has no names
            if Path(file).is_file():
                names |= dict.fromkeys(settable_names(load(file)))
    return [CompletionItem(f"{name}=") for name in names if name.startswith(incomplete)]
