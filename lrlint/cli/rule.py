"""``lrlint rule``: a rule's page, which is its docstring."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from lrlint import rule as rule_module
from lrlint.cli import complete
from lrlint.cli.markdown import to_terminal
from lrlint.cli.terminal import wants_colour, write
from lrlint.linter.selection import Catalogue
from lrlint.rule import Rule


@click.command(short_help="Explain a rule, or list them all.")
@click.argument("which", metavar="[CODE|NAME]", required=False, shell_complete=complete.rules)
@click.option("--all", "everything", is_flag=True, help="Print the pages of all rules.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="JSON is an object per rule.",
)
def rule(which: str | None, everything: bool, output_format: str) -> int:
    """Explain a rule: what it does, why, an example, and what to write instead.

    Without a rule, list them all.
    """
    if which is not None and everything:
        raise click.UsageError("give a rule or --all, not both.")
    known = rule_module.load_rules()
    rules = known if which is None else (find(which, known),)
    if output_format == "json":
        data = [record(rule) for rule in rules]
        write(json.dumps(data[0] if which is not None else data, indent=2) + "\n")
    elif which is None and not everything:
        write("".join(f"{entry(rule)}\n" for rule in rules))
    else:
        text = "\n".join(page(rule) for rule in rules)
        write(to_terminal(text) if wants_colour(sys.stdout) else text)
    return 0


def find(which: str, rules: Sequence[Rule]) -> Rule:
    """Return the rule of this code or name; click.UsageError with suggestions if there is none."""
    wanted = which.strip().lower()
    for rule in rules:
        if wanted in (rule.code.lower(), rule.name):
            return rule
    catalogue = Catalogue(rules)
    close = catalogue.suggestions(which) or sorted(catalogue.match(which))[:3]
    hint = f" Did you mean {' or '.join(close)}?" if close else " `lrlint rule` lists them all."
    raise click.UsageError(f"no rule is called {which!r}.{hint}")


def entry(rule: Rule) -> str:
    """Return a rule on one line."""
    return f"{rule.code}  {rule.severity.label:<7}  {rule.name:<34}  {rule.summary()}"


def page(rule: Rule) -> str:
    """Return a rule's documentation with a heading, in Markdown."""
    fix = "A fix is available for some findings." if fixable(rule) else "No automatic fix."
    if "\n## Fix safety\n" in rule.documentation():
        fix = 'A fix is available for some findings; see "Fix safety".'
    head = f"# {rule.code} {rule.name}\n\nSeverity: {rule.severity.label}. {fix}\n"
    return f"{head}\n{rule.documentation()}\n"


def fixable(rule: Rule) -> bool:
    """Whether a rule offers a fix in one of its examples."""
    return any(example.fixed is not None for example in rule.INVALID)


def record(rule: Rule) -> dict[str, Any]:
    """Return a rule as JSON data."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.label,
        "summary": rule.summary(),
        "fixable": fixable(rule),
        "schedulers": None if rule.schedulers is None else sorted(rule.schedulers),
        "documentation": rule.documentation(),
        "url": rule.url(),
    }
