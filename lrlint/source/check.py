"""Whether a file is Python."""

from __future__ import annotations

from lrlint.source.module import SourceFile
from lrlint.source.syntax import parsable, syntax_error


def check_syntax(source: SourceFile) -> None:
    """Raise SourceError where a file is not Python; libcst reads only what CPython refuses."""
    if syntax_error(parsable(source.text)) is not None:
        from lrlint.source.skeleton import read  # 0.15 s

        read(source)


__all__ = ["check_syntax"]
