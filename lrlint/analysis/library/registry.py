"""The shape of a model of a library function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from lrlint.analysis.values import AnyValue

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter

    Model = Callable[[Interpreter, Arguments, cst.Call], AnyValue]
else:
    Model = Callable
