"""absl: the defaults of ``flags.DEFINE_integer("epochs", 10, "…")``, read as ``FLAGS.epochs``."""

from __future__ import annotations

from typing import Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.names import name_setting
from lrlint.analysis.library.namespaces import namespace
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model.values import AnyValue, Const, ListValue, Opaque, Store
from lrlint.symbolic import Expr, Strength

_KINDS: Final = (
    *("bool", "boolean", "enum", "enum_class", "float", "integer", "list", "string"),
    *("multi_enum", "multi_float", "multi_integer", "multi_string", "spaceseplist"),
)


@models(*qualified(("absl.flags",), *(f"DEFINE_{kind}" for kind in _KINDS)))
def _define(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Note the default of a flag, which the user may override; return its holder."""
    name, default = arguments.get(0, "name"), arguments.get(1, "default")
    if not (isinstance(name, Const) and isinstance(name.value, str)):
        return Opaque()
    if not isinstance(default, (Const, Expr, ListValue)):
        default = Opaque()
    value = name_setting(machine, default, f"FLAGS.{name.value}", Strength.DEFAULT)
    machine.write(machine.patched, f"absl.flags.FLAGS.{name.value}", value)
    return namespace(Store({"value": value}))
