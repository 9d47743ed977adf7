"""The names of a script that ``lrlint predict --set`` can give values to."""

from __future__ import annotations

from lrlint.analysis import interpreter_for
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.source import SourceFile


def settable_names(source: SourceFile) -> list[str]:
    """Return the names, sorted. Raises SourceError where the file cannot be parsed."""
    interpreter = interpreter_for(source)
    asked = interpreter.overrides = _Asked()
    traces(interpreter)
    return sorted(asked.names)


class _Asked(dict[str, object]):
    """Overrides that set nothing, and note what the interpreter would take from them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return False
