"""From paths on the command line to parsed modules, and from findings back to places in files.

Notebooks have a module of their own (`lrlint.source.notebook`), imported with the first notebook.
Nothing here imports libcst before `parse` is called for the first time.
"""

from __future__ import annotations

from lrlint.source.atomic import replace_file
from lrlint.source.discover import Found, Unreadable, discover
from lrlint.source.gate import may_hold_schedule
from lrlint.source.locate import Locator, load_imported
from lrlint.source.module import STDIN, SourceFile, display_name, load
from lrlint.source.mutations import Mutations
from lrlint.source.parse import parse, parse_text
from lrlint.source.positions import Positions
from lrlint.source.reach import Reach
from lrlint.source.skeleton import Skeleton, in_part, whole
from lrlint.source.span import SourceError, Span
from lrlint.source.suppress import Suppression, Suppressions
from lrlint.source.text import Text, decode

__all__ = [
    "STDIN",
    "Found",
    "Locator",
    "Mutations",
    "Positions",
    "Reach",
    "Skeleton",
    "SourceError",
    "SourceFile",
    "Span",
    "Suppression",
    "Suppressions",
    "Text",
    "Unreadable",
    "decode",
    "discover",
    "display_name",
    "in_part",
    "load",
    "load_imported",
    "may_hold_schedule",
    "parse",
    "parse_text",
    "replace_file",
    "whole",
]
