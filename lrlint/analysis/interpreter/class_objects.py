"""The classes of values: ``type(scheduler)``, ``scheduler.__class__``, and their names."""

from __future__ import annotations

from collections.abc import Mapping

from lrlint.analysis.model.records import SchedulerValue
from lrlint.analysis.model.values import AnyValue, ClassValue, External, Instance, Opaque
from lrlint.formulas import LAWS

SCHEDULERS = "torch.optim.lr_scheduler."
BASES = ("LRScheduler", "_LRScheduler")
"""The names of the class that torch's schedulers derive from, the older one last."""
PYTHON: Mapping[str, type] = {"int": int, "float": float, "str": str, "bool": bool}
"""Classes of Python; ``isinstance`` of a known value is decided for them."""
_BUILT = {"get_reduce_on_plateau_schedule": "ReduceLROnPlateau"}
"""What functions of transformers build, where that is not a `LambdaLR`."""
_ELSEWHERE = frozenset({"get_scheduler", "get_greedy_schedule", "GreedyLR", "SWALR"})
"""Laws whose class is not in torch's module of schedulers."""


def class_of(value: AnyValue) -> AnyValue:
    """Return the class of one value; an unknown where that is not seen."""
    match value:
        case Instance(cls=ClassValue() as cls):
            return cls
        case SchedulerValue(record=record) if record.prepared:
            return Opaque()  # wrapped by accelerate
        case SchedulerValue(record=record) if record.own is not None:
            return record.own.cls
        case SchedulerValue(record=record) if (name := _of_torch(record.law)) is not None:
            return External(SCHEDULERS + name)
    return Opaque()


def _of_torch(law: str) -> str | None:
    """Return the class of torch that a law belongs to; None for one of another library."""
    found = LAWS.get(law)
    if found is None or found.positioned or not law.isidentifier() or law in _ELSEWHERE:
        return None
    return _BUILT.get(law, "LambdaLR") if law.startswith("get_") else law


def bases_of(law: str) -> frozenset[str]:
    """Return the names of the classes that a scheduler of torch is an instance of."""
    return frozenset((law, *(BASES[:1] if law == "ReduceLROnPlateau" else BASES)))


def same(left: AnyValue, right: AnyValue) -> bool | None:
    """Return whether two classes are one; None where that is not known or one is no class."""
    match left, right:
        case External(name=first), External(name=second):
            return first == second
        case ClassValue(), ClassValue():
            return left is right
        case (ClassValue(), External(name=name)) | (External(name=name), ClassValue()):
            return False if name.startswith("torch.") else None
    return None
