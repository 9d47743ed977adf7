"""LRs as numbers, whatever type a script gives them: numpy's, a Fraction, a bool, none at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor

from lrlint.runtime.recorder.interrupts import let_pass

NO_LR = math.nan
"""In place of the LR of a group that has none, or one that is not a single number."""


def as_number(value: Any) -> float | None:
    """Return an LR as a float; None where it is not a single number. Waits for a tensor's device.

    Adafactor computes its own LRs and has ``lr=None``; other optimizers have no such key.
    """
    if type(value) is float:
        return value
    if value is None or isinstance(value, (str, bytes)):
        return None
    try:
        if isinstance(value, Tensor):
            value = value.detach()  # one that requires a gradient warns
        return float(value.item() if hasattr(value, "item") else value)
    except Exception as error:  # a class of the script may do anything when it is asked
        let_pass(error)
        return None


def plain_number(value: Any) -> float:
    """Return an LR as a float, or NO_LR. Waits for a tensor's device."""
    number = as_number(value)
    return NO_LR if number is None else number


def _has_data(tensor: Tensor) -> bool:
    """Whether a tensor can be read, not one of a dry run that computes only shapes."""
    return not tensor.is_meta and type(tensor).__name__ != "FakeTensor"


def plain_lrs(values: Iterable[Any]) -> list[Any] | None:
    """Return LRs as floats, tensors as they are; None where one is not a single number."""
    lrs: list[Any] = []
    for value in values:
        if isinstance(value, Tensor):
            if value.numel() != 1 or not _has_data(value):
                return None
            lrs.append(value)
        else:
            number = as_number(value)
            if number is None:
                return None
            lrs.append(number)
    return lrs


def same_lrs(lrs: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether there are as many LRs, and they are equal but for rounding."""
    numbers = plain_lrs(others)
    if not lrs or numbers is None or len(lrs) != len(numbers):
        return False
    pairs = zip(lrs, numbers, strict=True)
    return all(
        not isinstance(other, Tensor) and math.isclose(lr, other, rel_tol=1e-6)
        for lr, other in pairs
    )
