"""How many rows a data set has that is made of the script's data, and data that are split."""

from __future__ import annotations

import pytest

from .scripts import UNKNOWN, value_of

SETUP = """
from datasets import Dataset, DatasetDict, concatenate_datasets
from sklearn.model_selection import train_test_split
rows = Dataset.from_list([{"x": number} for number in range(101)])
parts = rows.train_test_split(test_size=0.1, seed=1)
"""


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("rows.map(tokenize).shuffle(seed=0).rename_column('x', 'y').with_format('torch')", 101),
        ("rows.select(range(10, 30))", 20),
        ("rows.take(500)", 101),
        ("rows.skip(1)", 100),
        ("rows.repeat(2)", 202),
        ("rows.shard(4, 0)", 26),
        ("rows.shard(num_shards=4, index=1)", 25),
        ("parts['test']", 11),
        ("parts.map(tokenize).remove_columns('x')['train']", 90),
        ("rows.train_test_split()['test']", 26),
        ("rows.train_test_split(train_size=0.5)['train']", 50),
        ("rows.train_test_split(test_size=7)['train']", 94),
        ("concatenate_datasets([rows, parts['test']])", 112),
        ("DatasetDict({'fit': rows, 'check': parts['test']})['fit']", 101),
    ],
)
def test_rows(code: str, count: int) -> None:
    assert value_of(code, SETUP) == ("Rows", count)


@pytest.mark.parametrize(
    "code",
    [
        "rows.filter(chosen)",
        "rows.map(cut, batched=True)",
        "rows.map(**options)",
        "rows.train_test_split(test_size=share)['train']",
        "parts.filter(chosen)['train']",
        "concatenate_datasets([rows, others])",
        "rows.to_iterable_dataset()",
    ],
)
def test_rows_that_are_not_known(code: str) -> None:
    assert value_of(code, SETUP) == UNKNOWN


def test_arrays_that_are_split() -> None:
    code = "train_test_split(list(range(103)), [1] * 103, test_size=0.1)"
    assert value_of(code, SETUP) == [("Sized", number) for number in (92, 11, 92, 11)]
    assert value_of("train_test_split(table, test_size=0.1)", SETUP) == [UNKNOWN, UNKNOWN]
