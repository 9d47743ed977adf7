"""Shows the Markdown of rule pages in a terminal."""

from __future__ import annotations

import re

import click

_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def to_terminal(markdown: str) -> str:
    """Return the text with headings and code in colour, without the marks."""
    lines: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            lines.append(click.style(f"    {line}".rstrip(), fg="cyan"))
        elif line.startswith("#"):
            lines.append(click.style(line.lstrip("# "), bold=True, underline=line[:2] == "# "))
        else:
            line = _CODE.sub(lambda match: click.style(match[1], fg="cyan"), line)
            lines.append(_BOLD.sub(lambda match: click.style(match[1], bold=True), line))
    return "\n".join(lines) + "\n"
