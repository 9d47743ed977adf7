"""Hugging Face's ``datasets``: how many rows a data set has that is made of the script's data."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, items_of, length_of, to_number
from lrlint.analysis.library.cross_validation import sizes_of_parts
from lrlint.analysis.library.registry import (
    MethodModel,
    models,
    models_attribute,
    models_method,
)
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    Instance,
    Opaque,
    Rows,
    Store,
)
from lrlint.symbolic import Expr, minimum

_SAME_ROWS = (
    *("shuffle", "sort", "flatten", "flatten_indices", "cast", "cast_column", "add_column"),
    *("rename_column", "rename_columns", "remove_columns", "select_columns"),
    *("with_format", "with_transform", "class_encode_column", "align_labels_with_mapping"),
)
_IN_PLACE = ("set_format", "reset_format", "set_transform")


@models("datasets.Dataset.from_dict", "datasets.Dataset.from_list")
def _from_memory(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    rows = arguments.get(0, "mapping")
    if isinstance(rows, DictValue):
        columns = [value for value in rows.store.data.values() if rows.complete]
        rows = columns[0] if columns else None
    return _rows(None if rows is None else length_of(machine, rows))


@models("datasets.concatenate_datasets")
def _concatenated(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    total: Expr | None = Expr.const(0)
    parts = arguments.get(0, "dsets")
    if arguments.get(3, "axis") is not None or parts is None:
        return Opaque()
    for part in items_of(parts) or [Opaque()]:
        length = length_of(machine, part) if isinstance(part, Rows) else None
        total = None if total is None or length is None else total + length
    return _rows(total)


@models("datasets.DatasetDict")
def _splits(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = arguments.get(0)
    data: dict[object, AnyValue] = dict(arguments.keywords.items())
    if isinstance(given, DictValue) and given.complete:
        data.update(given.store.data)
    elif given is not None:
        return Opaque()
    return _dict_of(data)


def _dict_of(parts: dict[object, AnyValue]) -> Instance:
    return Instance(None, Store(parts), kind=LibraryKind.DATASET_DICT, open=True)


def _rows(length: AnyValue | None) -> AnyValue:
    return Rows(length) if isinstance(length, Expr) else Opaque()


@models_method(Rows, *_SAME_ROWS)
def _same(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Rows(rows.length)


@models_method(Rows, *_IN_PLACE)
def _in_place(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    return NONE


@models_method(Rows, "map")
def _map(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return as many rows, unless a function of whole batches may give more or fewer."""
    batched = arguments.get(4, "batched") or Const(False)
    return Rows(rows.length) if batched == Const(False) and not arguments.open else Opaque()


@models_method(Rows, "select")
def _select(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    indices = arguments.get(0, "indices")
    return _rows(None if indices is None else length_of(machine, indices))


@models_method(Rows, "take")
def _take(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    number = to_number(machine, arguments.get(0, "n"))
    if number is None or rows.length is None:
        return Opaque()
    return _rows(compute(minimum, number, rows.length))


@models_method(Rows, "skip")
def _skip(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    number = to_number(machine, arguments.get(0, "n"))
    return _rows(None if number is None or rows.length is None else rows.length - number)


@models_method(Rows, "repeat")
def _repeat(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    number = to_number(machine, arguments.get(0, "num_times"))
    return _rows(None if number is None or rows.length is None else rows.length * number)


@models_method(Rows, "shard")
def _shard(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return one of ``num_shards`` parts; the first parts have one row more than the others."""
    shards, index = (
        None if number is None else number.value
        for number in (
            to_number(machine, arguments.get(0, "num_shards")),
            to_number(machine, arguments.get(1, "index")),
        )
    )
    total = None if rows.length is None else rows.length.value
    if not isinstance(shards, int) or not isinstance(index, int) or not isinstance(total, int):
        return Opaque()
    return Rows(Expr.const(total // shards + (index < total % shards))) if shards else Opaque()


@models_method(Rows, "train_test_split")
def _split(machine: Machine, rows: Rows, arguments: Arguments, node: cst.Call) -> AnyValue:
    train, test = sizes_of_parts(
        machine, rows.length, arguments.get(0, "test_size"), arguments.get(1, "train_size")
    )
    return _dict_of({"train": _rows(train), "test": _rows(test)})


@models_attribute(Rows, "num_rows")
def _num_rows(machine: Machine, rows: Rows) -> AnyValue:
    return rows.length or Opaque()


def _of_each(name: str) -> MethodModel:
    """Return the model of a method that a `DatasetDict` calls for each of its parts."""

    def model(machine: Machine, splits: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
        parts: dict[object, AnyValue] = {
            key: machine.call_method(part, name, arguments, node)
            for key, part in splits.store.data.items()
        }
        return NONE if name in _IN_PLACE else _dict_of(parts)

    return model


for _name in (*_SAME_ROWS, *_IN_PLACE, "map", "filter"):
    models_method(LibraryKind.DATASET_DICT, _name)(_of_each(_name))
