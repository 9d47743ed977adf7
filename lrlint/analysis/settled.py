"""The rows of a file whose findings no other module can change.

A comment that silences nothing there is unused; elsewhere it may silence what a module that imports
the file brings about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrlint.analysis.model.trace import Block, walk
from lrlint.facts import Training
from lrlint.source import SourceFile
from lrlint.source.lines import rows_of_functions


def settled_rows(
    traces: Sequence[Block], trainings: Sequence[Training], source: SourceFile
) -> frozenset[int]:
    """Return the settled rows, and 0 if whole files can be judged by them.

    Where the module trains by itself, these are all rows but those of functions in which nothing
    happens: others may call them. Elsewhere they are the rows of functions that build and step a
    scheduler.
    """
    if any(True for _ in walk(traces[0])):
        return _of_script(traces, source)
    blocks = zip(traces[1:], trainings[1:], strict=True)
    return frozenset(
        row
        for block, training in blocks
        if _is_whole(training)
        for row in _stretch(sorted(_rows(block, source)))
    )


def _of_script(traces: Sequence[Block], source: SourceFile) -> frozenset[int]:
    happens = {row for block in traces for row in _rows(block, source)}
    functions = rows_of_functions(source.text)
    if functions is None:
        return frozenset()
    idle = set[int]().union(*(rows for rows in functions if happens.isdisjoint(rows)))
    everything = set(range(len(source.lines.starts) + 1)) - idle
    return frozenset(everything - {0} if idle else everything)


def _is_whole(training: Training) -> bool:
    """Whether a training builds its schedulers, and no unseen code is known to step them."""
    return bool(training.schedules) and all(
        schedule.construction.seen and schedule.sites and not schedule.stepping.undecided
        for schedule in training.schedules
    )


def _rows(block: Block, source: SourceFile) -> Iterator[int]:
    """Yield the rows of a file that a trace has events in."""
    for located in walk(block):
        place = located.event.place
        if place.source.name == source.name:
            yield from source.module_rows(place.span())
            yield from place.statement_rows


def _stretch(rows: Sequence[int]) -> range:
    return range(rows[0], rows[-1] + 1) if rows else range(0)
