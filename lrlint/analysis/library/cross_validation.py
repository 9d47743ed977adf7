"""scikit-learn's splitters: a loop over their folds runs ``n_splits`` times."""

from __future__ import annotations

from typing import Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.library.registry import models, models_method, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import AnyValue, Instance, Opaque, Store, Stream
from lrlint.symbolic import Expr

_SPLITTERS: Final = ("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold")
_BY_DEFAULT: Final = Expr.const(5)


@models(*qualified(("sklearn.model_selection",), *_SPLITTERS))
def _splitter(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    folds = Opaque() if arguments.open else arguments.get(0, "n_splits") or _BY_DEFAULT
    data: dict[object, AnyValue] = {"n_splits": folds}
    return Instance(None, Store(data), kind=LibraryKind.SPLITTER, open=True)


@models_method(LibraryKind.SPLITTER, "split")
def _split(machine: Machine, splitter: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    folds = to_number(machine, splitter.store.data["n_splits"])
    return Stream(folds, lambda _: Opaque(), text=machine.unit.code(node))
