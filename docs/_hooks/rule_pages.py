"""A page for each rule, made of its file: the docstring, the metadata and the snippets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import curves

from lrlint.fix import Applicability
from lrlint.linter.engine import lint_text
from lrlint.rule import OWN_RULES, Rule, load_rules

FAMILIES = {
    "LR0": ("Files", "Files that cannot be read, and comments in them that silence nothing."),
    "LR1": ("Stepping", "Where and how often `step()` is called."),
    "LR2": ("Horizon", "How long the schedule is."),
    "LR3": ("Range", "Between which values the LR moves."),
    "LR4": ("Wiring", "Which scheduler changes which optimizer, and what survives a restart."),
    "LR5": ("Frameworks", "What only a framework's training loop can get wrong."),
    "LR6": ("Judgement", "Advice, shown with `--pedantic` only."),
    "LR7": ("Written by hand", 'Schedules that the script writes into `param_group["lr"]`.'),
    "LR9": ("Run time", "What `lrlint run` and `lrlint.watch` find in a recorded run only."),
}
INDEX = "rules/index.md"


@cache
def own_rules() -> tuple[Rule, ...]:
    """Return the rules that lrlint ships; other packages may be installed, too."""
    return tuple(rule for rule in load_rules() if type(rule).__module__.startswith(OWN_RULES))


def families() -> Iterator[tuple[str, list[Rule]]]:
    """Yield the title of each family and its rules."""
    for prefix, (title, _) in FAMILIES.items():
        yield f"{title} ({prefix}xx)", [r for r in own_rules() if r.code.startswith(prefix)]


def path(rule: Rule) -> str:
    return f"rules/{rule.code.lower()}.md"


def pages() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page."""
    yield INDEX, _index()
    for rule in own_rules():
        yield path(rule), _page(rule)


def _index() -> str:
    rows = ["# Rules", ""]
    rows += [
        "An *error* means that the LR will certainly not be what the script asks for, or that the",
        "script crashes; a *warning*, that it is almost certainly a mistake. *Advice* is a",
        "judgement and shown with `--pedantic` only. A code keeps its meaning for ever.",
        "",
        "In a terminal, `lrlint rule LR101` prints the page of a rule.",
    ]
    for (title, rules), (_, about) in zip(families(), FAMILIES.values(), strict=True):
        rows += ["", f"## {title}", "", about, ""]
        rows += [
            "| code | name | severity | fix | what it reports |",
            "| --- | --- | --- | --- | --- |",
        ]
        rows += [
            f"| [{rule.code}]({rule.code.lower()}.md) | {rule.name} | {rule.severity.label}"
            f" | {_fixes(rule)} | {rule.summary()} |"
            for rule in rules
        ]
    return "\n".join(rows) + "\n"


def _page(rule: Rule) -> str:
    rows = [
        f"# {rule.code} {rule.name}",
        "",
        f"Severity: **{rule.severity.label}** · Fix: **{_fixes(rule)}** · Judges: {_judges(rule)}",
        "",
    ]
    documentation = _linked(rule, _lists(rule.documentation()))
    summary, _, rest = documentation.partition("\n\n")
    return "\n".join([*rows, summary, "", curves.figure(rule), rest, ""])


def _judges(rule: Rule) -> str:
    """Return what the rule is asked about."""
    if rule.code.startswith("LR9"):
        return "recorded runs"
    if rule.schedulers is None:
        return "files" if rule.code.startswith("LR0") else "every schedule"
    return ", ".join(f"`{name}`" for name in sorted(rule.schedulers))


@cache
def _fixes(rule: Rule) -> str:
    """Return whether the fixes of the rule's snippets are safe."""
    kinds: set[Applicability] = set()
    for example in rule.INVALID:
        found = lint_text(example.script(), "snippet.py", pedantic=True).diagnostics
        kinds |= {d.fix.applicability for d in found if d.code == rule.code and d.fix is not None}
    return " or ".join(sorted(kind.value for kind in kinds)) or "none"


def _lists(text: str) -> str:
    """Return Markdown in which lists follow a blank line, as Python-Markdown wants them."""
    return re.sub(r"(?m)^((?![-*] |\s).+)\n(?=- )", r"\1\n\n", text)


def _linked(rule: Rule, text: str) -> str:
    """Return Markdown in which the codes of other rules are links, except in code."""
    codes = {other.code for other in own_rules()} - {rule.code}

    def link(match: re.Match[str]) -> str:
        code = match["code"]
        return f"[{code}]({code.lower()}.md)" if code in codes else match[0]

    return re.sub(r"(?ms)^```.*?^```|`[^`\n]*`|\[[^]\n]*\]|\b(?P<code>LR\d{3})\b", link, text)
