"""The names of a script that ``lrlint predict --set`` can give values to."""

from __future__ import annotations

from lrlint.analysis import interpreter_for
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.source import SourceFile


def settable_names(source: SourceFile) -> list[str]:
    """Return the names, sorted. Raises SourceError where the file cannot be parsed."""
    interpreter = interpreter_for(source, overrides={"": 0})  # it notes names only if any is set
    traces(interpreter)
    return sorted(interpreter.overrides.asked)
