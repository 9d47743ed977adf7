"""Ranges, lists, dicts and ``itertools``."""

from __future__ import annotations

import pytest

from lrlint.analysis.model.values import Stream
from lrlint.symbolic import Expr

from .scripts import UNKNOWN, get, plain, run, value_of


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("range(10)", ("Stream", 10)),
        ("range(2, 10)", ("Stream", 8)),
        ("range(0, 10, 4)", ("Stream", 3)),
        ("range(10, 0, -3)", ("Stream", 4)),
        ("range(5, 2)", ("Stream", 0)),
        ("range(unknown())", ("Stream", None)),
        ("len([1, 2, 3])", 3),
        ("len('abc')", 3),
        ("len(loader)", "len(loader)"),
        ("list(range(3))", [0, 1, 2]),
        ("list((1, 2))", [1, 2]),
        ("tuple()", []),
        ("sorted([3, 1, 2])", [1, 2, 3]),
        ("sorted(names)", ("ListValue", "len(names)")),
        ("dict(a=1, b=2)", {"a": 1, "b": 2}),
        ("dict([('a', 1)], b=2)", {"a": 1, "b": 2}),
        ("dict(zip(['a', 'b'], [1, 2]))", {"a": 1, "b": 2}),
        ("dict({'a': 1}).get('b', 2)", 2),
        ("dict(collections.ChainMap({'a': 1}, {'a': 2, 'b': 3}))", {"a": 1, "b": 3}),
        ("dict(unknown).get('b', 2)", UNKNOWN),
        ("reversed([1, 2])", [2, 1]),
        ("functools.reduce(lambda a, b: 10 * a + b, [1, 2, 3])", 123),
        ("functools.reduce(lambda a, b: a + b, [[2], [3]], [1])", [1, 2, 3]),
        ("functools.reduce(lambda a, b: a + b, names)", UNKNOWN),
        ("map(str, names)", ("Stream", "len(names)")),
        ("list(map(lambda x: x + 1, [1, 2]))", [2, 3]),
        ("next(iter(loader))", UNKNOWN),
        ("itertools.chain([1], [2, 3])", [1, 2, 3]),
        ("itertools.chain(range(2), range(3))", ("Stream", 5)),
        ("itertools.islice(range(10), 4)", ("Stream", 4)),
        ("itertools.islice(range(10), 40)", ("Stream", 10)),
        ("itertools.islice(itertools.count(), 7)", ("Stream", 7)),
    ],
)
def test_value(code: str, result: object) -> None:
    assert value_of(code, "import collections, functools, itertools") == result


def stream(code: str) -> Stream:
    machine = run(f"import itertools\nimport torch\nresult = {code}")
    value = get(machine, "result")
    assert isinstance(value, Stream)
    return value


def test_a_zip_is_as_long_as_its_shortest_part() -> None:
    assert plain(stream("zip(range(3), range(5))")) == ("Stream", 3)


def test_a_zip_with_an_endless_part_is_as_long_as_the_other() -> None:
    assert plain(stream("zip(itertools.count(), range(5))")) == ("Stream", 5)


def test_a_zip_with_an_open_part_is_open() -> None:
    assert plain(stream("zip(names, [1, 2])")) == ("Stream", "min(len(names), 2)")


def test_the_elements_of_enumerate_count_from_start() -> None:
    element = stream("enumerate(loader, start=1)").element(Expr.const(4))
    assert plain(element) == [5, UNKNOWN]


def test_the_elements_of_a_range_have_its_step() -> None:
    assert plain(stream("range(10, 20, 3)").element(Expr.const(2))) == 16


@pytest.mark.parametrize("code", ["itertools.cycle(loader)", "itertools.count(3)"])
def test_endless(code: str) -> None:
    assert stream(code).endless


def test_count_starts_where_it_is_told_under_any_name() -> None:
    machine = run("from itertools import count as numbers\nresult = numbers(3)")
    value = get(machine, "result")
    assert isinstance(value, Stream)
    assert plain(value.element(Expr.const(2))) == 5


@pytest.mark.parametrize(
    ("code", "over_loader"),
    [
        ("enumerate(torch.utils.data.DataLoader(data))", True),
        ("itertools.cycle(torch.utils.data.DataLoader(data))", True),
        ("itertools.islice(torch.utils.data.DataLoader(data), 3)", True),
        ("zip(range(3), torch.utils.data.DataLoader(data))", True),
        ("enumerate(range(3))", False),
    ],
)
def test_what_is_made_of_a_loader_runs_over_batches(code: str, over_loader: bool) -> None:
    assert stream(code).over_loader is over_loader
