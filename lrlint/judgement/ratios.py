"""How many times its length a schedule is stepped, where the numbers have names."""

from __future__ import annotations

from fractions import Fraction

from lrlint.symbolic import (
    Atom,
    Expr,
    NotRepresentable,
    Number,
    Strength,
    TooComplex,
    compare,
)

NEGLIGIBLE = Fraction(1, 100)
"""A schedule that is longer or shorter by less than this ends where it should."""


def is_negligible(ratio: Fraction | None) -> bool:
    """Whether a schedule with this ratio ends where it should."""
    return ratio is not None and abs(ratio - 1) < NEGLIGIBLE


def ratio_by_default(steps: Expr, length: Expr) -> Fraction | None:
    """Return the ratio where what is unknown is in both: ``epochs * len(loader)`` in each."""
    atoms = sorted(steps.atoms() | length.atoms(), key=lambda atom: atom.order)
    ratios = set[Fraction]()
    for turn in range(4):
        values = {
            atom: _sample(turn, at) if atom.value is None else atom.value
            for at, atom in enumerate(atoms)
        }
        try:
            ratios.add(Fraction(steps.evaluate(values)) / Fraction(length.evaluate(values)))
        except (ArithmeticError, LookupError, TooComplex):
            return None
    return min(ratios) if len(ratios) == 1 and min(ratios) > 0 else None


def _sample(turn: int, at: int) -> int:
    """Return a number for the atom at a position, 1 at first; no two then change alike."""
    return int((7 + 94 * at) ** (1 + (turn + at) % 3)) if turn else 1


def always(ratio: Fraction, steps: Expr, length: Expr) -> bool:
    """Whether the ratio is the same whatever the user passes."""
    try:
        comparison = compare(steps, length * ratio)
    except (TooComplex, NotRepresentable):
        return False
    return comparison.certain and comparison.equal


def typical_ratio(steps: Expr, length: Expr, *, with_defaults: bool = False) -> Fraction | None:
    """Return the ratio for all but small numbers, or for the script's defaults and such numbers.

    It is 2 for ``epochs`` and ``epochs // 2``, and 1 for ``steps`` and ``steps + 100``.
    """
    every = steps.atoms() | length.atoms()
    kept = {atom: atom.value for atom in every if with_defaults and atom.value is not None}
    atoms = sorted(
        (atom for atom in every if atom.strength != Strength.CONSTANT and atom not in kept),
        key=lambda atom: atom.order,
    )
    ratios = []
    for turn in range(3):
        values: dict[Atom, Number] = {
            atom: 10007 * 7 ** ((turn * (at + 1)) % 4) for at, atom in enumerate(atoms)
        }
        values.update(kept)
        try:
            ratios.append(steps.evaluate(values) / length.evaluate(values))
        except (ArithmeticError, LookupError, TooComplex):
            return None
    if not ratios[0] > 0 or max(ratios) > min(ratios) * (1 + NEGLIGIBLE):
        return None
    return ratios[-1].limit_denominator(100)
