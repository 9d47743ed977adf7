"""From paths on the command line to parsed modules, and from findings back to places in files.

Notebooks (`lrlint.source.notebook`) and trees (`lrlint.source.skeleton`) have modules of their own,
imported with the first file that needs one.
Nothing here imports libcst before `parse_text` is called for the first time.
"""

from __future__ import annotations

from lrlint.source.atomic import replace_file
from lrlint.source.check import check_syntax
from lrlint.source.discover import Found, Unreadable, discover
from lrlint.source.errors import SourceError
from lrlint.source.gate import may_hold_schedule
from lrlint.source.locate import Locator, load_imported
from lrlint.source.module import STDIN, SourceFile, display_name, load, splice
from lrlint.source.parse import parse_text
from lrlint.source.reach import Reach
from lrlint.source.suppress import Suppression, Suppressions
from lrlint.source.text import Text, decode

__all__ = [
    "STDIN",
    "Found",
    "Locator",
    "Reach",
    "SourceError",
    "SourceFile",
    "Suppression",
    "Suppressions",
    "Text",
    "Unreadable",
    "check_syntax",
    "decode",
    "discover",
    "display_name",
    "load",
    "load_imported",
    "may_hold_schedule",
    "parse_text",
    "replace_file",
    "splice",
]
