"""scikit-learn's splits: into folds, and into data for training and for testing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import length_of, to_number
from lrlint.analysis.library.registry import models, models_method, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Instance,
    ListValue,
    Opaque,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Expr

_SPLITTERS: Final = ("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold")
_BY_DEFAULT: Final = Expr.const(5)
"""The folds where a call does not say how many (scikit-learn since 0.22)."""


@models(*qualified(("sklearn.model_selection",), *_SPLITTERS))
def _splitter(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    folds = Opaque() if arguments.open else arguments.get(0, "n_splits") or _BY_DEFAULT
    data: dict[object, AnyValue] = {"n_splits": folds}
    return Instance(None, Store(data), kind=LibraryKind.SPLITTER, open=True)


@models_method(LibraryKind.SPLITTER, "split")
def _split(machine: Machine, splitter: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    folds = to_number(machine, splitter.store.data["n_splits"])
    return Stream(folds, lambda _: Opaque(), text=machine.unit.code(node))


@models("sklearn.model_selection.train_test_split")
def _train_test(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a part for training and one for testing of each array."""
    chosen = arguments.keywords.get("test_size"), arguments.keywords.get("train_size")
    sizes = [
        size
        for array in arguments.positional
        for size in sizes_of_parts(machine, length_of(machine, array), *chosen)
    ]
    unknown = arguments.open
    return ListValue([Opaque() if size is None or unknown else Sized(size) for size in sizes])


def sizes_of_parts(
    machine: Machine, samples: Expr | None, test: AnyValue | None, train: AnyValue | None
) -> tuple[Expr | None, Expr | None]:
    """Return how many samples are for training and for testing; numbers below 1 are shares."""
    chosen_test, chosen_train = None if test == NONE else test, None if train == NONE else train
    total = None if samples is None else samples.value
    if chosen_test is None and chosen_train is None:
        chosen_test = Expr.const(0.25)
    tested = _part(machine, chosen_test, total, math.ceil)
    trained = _part(machine, chosen_train, total, math.floor)
    if not isinstance(total, int):
        return None, None
    if chosen_train is None and tested is not None:
        trained = total - tested
    elif chosen_test is None and trained is not None:
        tested = total - trained
    if trained is None or tested is None or min(trained, tested) < 0:
        return None, None
    return Expr.const(trained), Expr.const(tested)


def _part(
    machine: Machine, size: AnyValue | None, total: object, whole: Callable[[float], int]
) -> int | None:
    number = to_number(machine, size)
    value = None if number is None else number.value
    if isinstance(value, float) and isinstance(total, int):
        return whole(value * total)
    return value if isinstance(value, int) else None
