"""The shape of a model of a library function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lrlint.analysis.values import AnyValue
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter

    Model = Callable[[Interpreter, Arguments, syn.Call], AnyValue]
else:
    Model = Callable
