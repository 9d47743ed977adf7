"""The numbers that a function reads are known, whether it is called or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis import interpreter_for
from lrlint.analysis.derive.script_numbers import numbers_of
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.source import load

SCRIPT = """
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=9)
parser.add_argument("--warmup", type=int, default=3)
args = parser.parse_args()
epochs, warmup = args.epochs, args.warmup

def short(t):
    return t / epochs

def long(t):
    if t < warmup:
        return t / warmup
    rest = epochs - warmup
    return (t - warmup) / rest

def through(t):
    first = long(t)
    second = 2 * first
    return second
"""


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("short", {"args.epochs"}),
        ("long", {"args.epochs", "args.warmup"}),
        ("through", {"args.epochs", "args.warmup"}),
    ],
)
def test_the_numbers_that_a_function_reads(name: str, read: set[str]) -> None:
    at = interpreter_for(load(Path("<stdin>"), data=SCRIPT.encode()))
    traces(at)
    value = at.scope.find(name)
    assert value is not None
    assert {atom.name for atom in numbers_of(value)} == read
