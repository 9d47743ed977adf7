"""From paths on the command line to parsed modules, and from findings back to places in files.

The first file that needs one imports `lrlint.source.notebook` and, for trees, with libcst,
`lrlint.source.skeleton`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lrlint.source.discover import Found, Unreadable, discover, is_skipped
from lrlint.source.disk import Disk
from lrlint.source.errors import SourceError
from lrlint.source.locate import Locator, load_imported
from lrlint.source.module import STDIN, SourceFile, display_name, load, splice
from lrlint.source.reading import read_bytes
from lrlint.source.text import Text, decode

if TYPE_CHECKING:
    from lrlint.source.atomic import replace_file
    from lrlint.source.check import check_syntax
    from lrlint.source.parse import parse_text
    from lrlint.source.relevance import Relevance, mentions_schedule, starts_something
    from lrlint.source.suppress import Misunderstood, Suppression, Suppressions

_LAZY = {
    "Misunderstood": "suppress",
    "Relevance": "relevance",
    "Suppression": "suppress",
    "Suppressions": "suppress",
    "check_syntax": "check",
    "mentions_schedule": "relevance",
    "parse_text": "parse",
    "replace_file": "atomic",
    "starts_something": "relevance",
}
"""Imported on first use: a run that takes all results from the cache needs none of them."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
