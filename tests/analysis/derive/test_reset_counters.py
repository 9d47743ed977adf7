"""Counters that start again at a limit, through one loop or several."""

from __future__ import annotations

import pytest

from lrlint.facts import GuardKind

from .scripts import schedule, text

LOOPS = """
waiting = {start}
for lap in range(laps):
    {lap}
    for i, x in enumerate(train_loader):
        waiting += {each}
        if waiting {test}:
            optimizer.step()
            scheduler.step()
            waiting = {low}
        {last}
    {end}
"""


PLAIN = {
    "start": "0",
    "lap": "pass",
    "each": "1",
    "test": "== 8",
    "low": "0",
    "last": "pass",
    "end": "pass",
}


def count(**given: str) -> str | None:
    return text(schedule(LOOPS.format(**{**PLAIN, **given})).steps)


def test_it_runs_on_through_the_loops_around() -> None:
    assert count() == "laps * len(train_loader) // 8"
    (site,) = schedule(LOOPS.format(**PLAIN)).sites
    assert [guard.kind for guard in site.guards] == [GuardKind.EVERY_K]


def test_it_may_start_again_in_every_pass() -> None:
    assert count(lap="waiting = 0") == "laps * (len(train_loader) // 8)"


def test_it_may_count_by_more_than_one() -> None:
    assert count(each="16", test=">= 64") == "laps * len(train_loader) // 4"
    assert count(each="16", test=">= 60") == "laps * len(train_loader) // 4"


@pytest.mark.parametrize(
    "given",
    [
        {"start": "9"},  # it is never at 8
        {"start": "-1"},
        {"each": "3"},  # it steps over 8
        {"low": "1", "each": "2", "test": ">= 7"},  # it starts where it never is again
        {"last": "if lap == 2: break"},
        {"end": "if waiting > 2: waiting = 0"},
        {"test": "== 8 and lap > 1"},
    ],
)
def test_other_counters_are_open(given: dict[str, str]) -> None:
    assert count(**given) is None
