"""``torch.utils.data`` and loaders of other libraries: how many batches a loader gives."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import iteration
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import external_bases
from lrlint.analysis.interpreter.numbers import compute, items_of, length_of, to_number
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Sized,
)
from lrlint.symbolic import Expr, ceil, floor

_SAMPLERS = ("torch.utils.data", "torch.utils.data.sampler")
_MODULES = ("torch.utils.data", "torch.utils.data.dataloader", "torch.utils.data.dataset")


@models(*qualified(_MODULES, "DataLoader"))
def _loader(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a loader; its length is known where the length of its data is.

    The signature is ``DataLoader(dataset, batch_size=1, shuffle=None, sampler=None,
    batch_sampler=None, num_workers=0, collate_fn=None, pin_memory=False, drop_last=False, …)``.
    """
    if arguments.open:
        return Loader(None)
    size = arguments.get(1, "batch_size") or Expr.const(1)
    data, drop_last = arguments.get(0, "dataset"), arguments.get(8, "drop_last")
    sampler, batch_sampler = (
        None if value == NONE else value
        for value in (arguments.get(3, "sampler"), arguments.get(4, "batch_sampler"))
    )
    by_samples: Expr | None = None
    if batch_sampler is not None:
        batches = _visited(machine, batch_sampler)
    else:
        batches = _drawn(machine, data, sampler, arguments.get(5, "num_workers"))
        if size != NONE:
            batches = _batched(machine, batches, size, drop_last)
            if sampler is None and isinstance(data, Opaque | Sized | ListValue):
                by_samples = _batched(machine, length_of(machine, data), size, drop_last)
    return Loader(
        batches,
        dataset=data,
        batch_size=size if batch_sampler is None else None,
        by_samples=by_samples,
        drops_last=drop_last == Const(True),
        shared_out=_is_distributed(sampler),
    )


def _drawn(
    machine: Machine, data: AnyValue | None, sampler: AnyValue | None, workers: AnyValue | None
) -> Expr | None:
    """Return the number of samples in one pass, where that is known."""
    if _is_streamed(data) and workers not in (None, Expr.const(0)):
        return None  # each worker has a copy of the data
    if sampler is not None:
        return _visited(machine, sampler)
    return None if data is None else _samples(machine, data)


def _batched(
    machine: Machine, samples: Expr | None, size: AnyValue | None, drop_last: AnyValue | None
) -> Expr | None:
    """Return in how many batches of a size some samples are; the last may be left out."""
    number, drop_last = to_number(machine, size), drop_last or Const(False)
    if number is None or number.value == 0 or samples is None or not isinstance(drop_last, Const):
        return None
    length = compute(floor if drop_last.value else ceil, samples / number)
    return length if isinstance(length, Expr) else None


def _samples(machine: Machine, data: AnyValue) -> Expr | None:
    """Return how many samples a pass over data gives, where that is known.

    An ``IterableDataset`` gives what its ``__iter__`` yields, whatever its ``__len__`` says. Where
    they differ, so do ``len(loader)`` and the batches of a pass.
    """
    return _visited(machine, data) if _is_streamed(data) else _known(length_of(machine, data))


def _visited(machine: Machine, value: AnyValue) -> Expr | None:
    """Return the length of a sampler, or of data, where a pass over it is seen to be as long."""
    length = _known(length_of(machine, value))
    if not isinstance(value, Instance) or machine.find_method(value, "__iter__") is None:
        return length
    yielded = iteration.trips_of(machine, value)
    known = None if yielded is None else _known(yielded)
    return known if length is None or length == known else None


def _is_streamed(data: AnyValue | None) -> bool:
    """Whether data is an ``IterableDataset`` of the project."""
    bases = external_bases(data.cls) if isinstance(data, Instance) and data.cls is not None else []
    return any(base.endswith("IterableDataset") for base in bases)


def _known(length: Expr | None) -> Expr | None:
    """Return a length whose number is known; else ``len(loader)`` says more than ``len(data)``."""
    return length if length is not None and length.value is not None else None


@models(*qualified(_MODULES, "TensorDataset"))
def _tensor_dataset(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    for value in arguments.positional:
        length = length_of(machine, value)
        if length is not None:
            return Sized(length)
    return Sized(None)


@models(*qualified(_MODULES, "Subset"))
def _subset(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    indices = arguments.get(1, "indices")
    return Sized(None if indices is None else length_of(machine, indices))


@models(*qualified(_MODULES, "random_split"))
def _random_split(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    data, lengths = arguments.get(0, "dataset"), arguments.get(1, "lengths")
    items = None if lengths is None else items_of(lengths)
    if items is None:
        return Opaque()
    numbers = [to_number(machine, item) for item in items]
    total = None if data is None else length_of(machine, data)
    values = [None if number is None else number.value for number in numbers]
    if (
        total is not None
        and total.value is not None
        and all(isinstance(value, float) and value < 1 for value in values)
    ):
        # torch rounds every part down and gives the rest to the first parts, one sample each.
        whole = int(total.value)
        sizes = [int(whole * float(value)) for value in values if value is not None]
        for position in range(whole - sum(sizes)):
            sizes[position % len(sizes)] += 1
        return ListValue([Sized(Expr.const(size)) for size in sizes])
    return ListValue([Sized(None if _is_fraction(number) else number) for number in numbers])


def _is_fraction(number: Expr | None) -> bool:
    """Whether a number may be a share of the data rather than a number of samples."""
    return number is not None and not number.is_integer


@models(*qualified(_MODULES, "StackDataset"))
def _stacked(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Sized(next((length_of(machine, value) for value in arguments.all()), None))


@models(*qualified(_MODULES, "ConcatDataset", "ChainDataset"))
def _concatenated(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    parts = arguments.get(0, "datasets")
    items = None if parts is None else items_of(parts)
    total: Expr | None = Expr.const(0)
    for item in items or []:
        streamed = _is_streamed(item)
        length = _samples(machine, item) if streamed else length_of(machine, item)
        total = None if total is None or length is None else total + length
    return Sized(total if items else None)


@models(*qualified(_SAMPLERS, "RandomSampler", "SequentialSampler", "SubsetRandomSampler"))
def _sampler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    chosen = arguments.get(2, "num_samples")
    if chosen is not None and chosen != NONE and isinstance(chosen, Expr):
        return Sized(chosen)
    data = arguments.get(0)
    return Sized(None if data is None else length_of(machine, data))


@models(*qualified(_SAMPLERS, "WeightedRandomSampler"))
def _weighted_sampler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Sized(to_number(machine, arguments.get(1, "num_samples")))


@models(*qualified(_SAMPLERS, "BatchSampler"))
def _batch_sampler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    sampler, drop_last = arguments.get(0, "sampler"), arguments.get(2, "drop_last")
    samples = None if sampler is None else _visited(machine, sampler)
    return Sized(_batched(machine, samples, arguments.get(1, "batch_size"), drop_last))


@models(
    *qualified(_MODULES, "DistributedSampler"), "torch.utils.data.distributed.DistributedSampler"
)
def _distributed_sampler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return a sampler whose length depends on the number of processes, if that is not written."""
    data, drop_last = arguments.get(0, "dataset"), arguments.get(5, "drop_last")
    processes = to_number(machine, arguments.get(1, "num_replicas"))
    samples = None if data is None else _known(length_of(machine, data))
    if processes is None or not processes.is_constant:
        return Opaque(external=_DISTRIBUTED)
    return Opaque(external=_DISTRIBUTED, length=_batched(machine, samples, processes, drop_last))


_DISTRIBUTED = "torch.utils.data.DistributedSampler(…)"


def _is_distributed(sampler: AnyValue | None) -> bool:
    likely = None if sampler is None else leaning(sampler)
    return isinstance(likely, Opaque) and likely.external == _DISTRIBUTED


def construct(machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Return a loader of unknown length for a class of any library whose name ends in "Loader"."""
    last = name.rsplit(".", 1)[-1]
    return Loader(None) if last[:1].isupper() and last.endswith(("Loader", "DataIter")) else None
