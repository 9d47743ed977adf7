"""From paths on the command line to parsed modules, and from findings back to places in files.

The first file that needs one imports `lrlint.source.notebook` and, for trees, with libcst,
`lrlint.source.skeleton`.
"""

from __future__ import annotations

from lrlint.source.atomic import replace_file
from lrlint.source.check import check_syntax
from lrlint.source.discover import Found, Unreadable, discover, is_skipped
from lrlint.source.disk import Disk
from lrlint.source.errors import SourceError
from lrlint.source.locate import Locator, load_imported
from lrlint.source.module import STDIN, SourceFile, display_name, load, splice
from lrlint.source.parse import parse_text
from lrlint.source.reading import read_bytes
from lrlint.source.relevance import Relevance, mentions_schedule, starts_something
from lrlint.source.suppress import Misunderstood, Suppression, Suppressions
from lrlint.source.text import Text, decode

__all__ = [
    "STDIN",
    "Disk",
    "Found",
    "Locator",
    "Misunderstood",
    "Relevance",
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
    "is_skipped",
    "load",
    "load_imported",
    "mentions_schedule",
    "parse_text",
    "read_bytes",
    "replace_file",
    "splice",
    "starts_something",
]
