"""A curve of bounded size: every step up to a limit, then every second, fourth, eighth…"""

from __future__ import annotations

from collections.abc import Sequence

COMPLETE = 10_000
"""Optimizer steps up to which nothing is left out."""


class Curve:
    """The LR of each param group over the optimizer steps, and what it was expected to be.

    Steps are counted from 0. Once there are more than ``COMPLETE`` points every second one is
    dropped, so that the size never exceeds that, however long the training.
    """

    __slots__ = ("at", "changes", "expected", "lr", "stride")

    def __init__(self) -> None:
        self.stride = 1
        self.changes = 0
        """The steps kept at some time whose LRs are not those of the step before."""
        self.at: list[int] = []
        self.lr: list[Sequence[float]] = []
        self.expected: list[Sequence[float] | None] = []

    def add(self, step: int, lr: Sequence[float], expected: Sequence[float] | None) -> None:
        """Record one step; the caller asks ``step % stride`` first where that is cheaper."""
        if step % self.stride:
            return
        if self.lr and lr != self.lr[-1]:
            self.changes += 1
        self.at.append(step)
        self.lr.append(lr)
        self.expected.append(expected)
        if len(self.at) > COMPLETE:
            self._thin()

    def _thin(self) -> None:
        self.stride *= 2
        kept = [i for i, step in enumerate(self.at) if step % self.stride == 0]
        self.at = [self.at[i] for i in kept]
        self.lr = [self.lr[i] for i in kept]
        self.expected = [self.expected[i] for i in kept]

    def by_group(self) -> tuple[tuple[float, ...], ...]:
        """Return the LRs, one tuple per param group; an added group repeats its first LR."""
        return _transposed(self.lr)

    def expected_by_group(self) -> tuple[tuple[float, ...], ...] | None:
        """Return the expected LRs per param group; None where some step has none."""
        known = [row for row in self.expected if row is not None]
        return _transposed(known) if known and len(known) == len(self.expected) else None


def _transposed(rows: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    width = max((len(row) for row in rows), default=0)
    columns = []
    for group in range(width):
        first = next(row[group] for row in rows if len(row) > group)
        columns.append(tuple(row[group] if len(row) > group else first for row in rows))
    return tuple(columns)
