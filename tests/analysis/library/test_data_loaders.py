"""How many batches a loader gives."""

from __future__ import annotations

import pytest

from .scripts import UNKNOWN, value_of

SETUP = """
import torch
from torch.utils.data import (
    ConcatDataset, DataLoader, RandomSampler, SequentialSampler, Subset, TensorDataset, random_split
)
data = TensorDataset(torch.zeros(100, 3))
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("DataLoader(data)", 100),
        ("DataLoader(data, 32)", 4),
        ("DataLoader(data, batch_size=32, drop_last=True)", 3),
        ("DataLoader(data, batch_size=None)", 100),
        ("DataLoader(data, batch_size=size)", "ceil(100 / size)"),
        ("DataLoader(unknown)", None),
        ("DataLoader(data, 32, **options)", None),
        ("DataLoader(data, 32, drop_last=unknown)", None),
        ("DataLoader(data, sampler=RandomSampler(data, num_samples=10))", 10),
        ("DataLoader(data, 10, sampler=SequentialSampler(range(50)))", 5),
        ("DataLoader(data, 10, sampler=torch.utils.data.DistributedSampler(data))", None),
        ("DataLoader(data, batch_sampler=[[1, 2], [3, 4], [5]])", 3),
        ("DataLoader(Subset(data, [1, 2, 3]))", 3),
        ("DataLoader(ConcatDataset([data, data]), 50)", 4),
        ("DataLoader(ConcatDataset([data, unknown]))", None),
    ],
)
def test_batches(code: str, result: object) -> None:
    assert value_of(code, SETUP) == ("Loader", result)


@pytest.mark.parametrize(
    ("lengths", "parts"),
    [
        ("[70, 30]", [70, 30]),
        ("[0.7, 0.3]", [70, 30]),
        ("[1/3, 1/3, 1/3]", [34, 33, 33]),
        ("[len(train_data), 100]", ["len(train_data)", 100]),
        ("[share, 1 - share]", [None, None]),
    ],
)
def test_random_split(lengths: str, parts: list[object]) -> None:
    assert value_of(f"random_split(data, {lengths})", SETUP) == [("Sized", part) for part in parts]


def test_a_split_of_unknown_parts() -> None:
    assert value_of("random_split(data, lengths())", SETUP) == UNKNOWN


@pytest.mark.parametrize(
    ("code", "is_loader"),
    [
        ("other.FastLoader(data)", True),
        ("other.NumpyDataIter(data)", True),
        ("other.make_loader(data)", False),
        ("other.loader(data)", False),
    ],
)
def test_a_class_of_any_library_whose_name_ends_in_loader(code: str, is_loader: bool) -> None:
    assert (value_of(code, "import other") == ("Loader", None)) is is_loader
