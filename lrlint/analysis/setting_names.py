"""The names of settings: ``args.epochs``, ``cfg["train"]["epochs"]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis.values import BELOW, AnyValue, Const, DictValue, Instance, ListValue, Opaque
from lrlint.symbolic import Expr, Strength

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


def name_setting(at: Interpreter, value: AnyValue, path: str, strength: Strength) -> AnyValue:
    """A setting as it is called from now on: by the path under which the script reads it."""
    match value:
        case Expr(value=int() | float() as number) if _is_from_file(value):
            return at.named_number(path, number, Strength.DEFAULT)
        case Const(value=held, path=str() as where) if BELOW in where:
            value = Const(held)
            strength = Strength.DEFAULT
    match value:
        case Expr() if not value.atoms() and value.value is not None:
            if strength is Strength.CONSTANT and value.value in (0, 1, -1):
                return value
            return at.named_number(path, value.value, strength)
        case Const(path=None):
            chosen = at.override(path)
            if isinstance(chosen, (int, float)) and not isinstance(chosen, bool):
                return at.named_number(path, chosen, Strength.DEFAULT)
            return Const(value.value if chosen is None else chosen, strength, path)
        case DictValue(path=None) | Instance(path=None) | Opaque(path=None):
            value.path = path
        case ListValue(items=list() as items) if strength is Strength.DEFAULT:
            value.items = [
                name_setting(at, item, f"{path}[{position}]", strength)
                for position, item in enumerate(items)
            ]
    return value


def _is_from_file(value: Expr) -> bool:
    """Whether it is a number of a settings file that has no name of the script's yet."""
    atoms = value.atoms()
    return len(atoms) == 1 and all(
        BELOW in atom.name and value == Expr.atom(atom) for atom in atoms
    )
