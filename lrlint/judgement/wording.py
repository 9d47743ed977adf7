"""Numbers and counts as messages say them."""

from __future__ import annotations

from lrlint.facts import HANDWRITTEN_ENDS, Cadence, Horizon, Schedule
from lrlint.symbolic import Expr, Number

_PER = {Cadence.BATCH: "batch", Cadence.EPOCH: "epoch"}


def called(schedule: Schedule) -> str:
    """Return the name of a scheduler in messages; its class may be chosen by name."""
    return "the scheduler" if schedule.scheduler == "?" else schedule.scheduler


def number(value: Number) -> str:
    """Return a number as text: ``3910``, ``0.0997``, ``1e-06`` (three digits)."""
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.3g}"


def amount(expression: Expr) -> str:
    """Return the number where it is known, else the expression as in the script."""
    value = expression.value
    return str(expression) if value is None else number(value)


def quantity(expression: Expr) -> str:
    """Return ``100``, ``args.epochs`` or, with a name and a value, ``args.epochs=100``."""
    if expression.is_constant or expression.value is None:
        return amount(expression)
    text = str(expression)
    if text == amount(expression):  # it has no better name
        return text
    is_name = any(text == atom.name for atom in expression.atoms())
    return f"{text}{'=' if is_name else ' = '}{amount(expression)}"


def horizon(one: Horizon, unit: str) -> str:
    """Return ``T_max=100 epochs``, ``T_max=args.epochs counts epochs``, ``milestones up to 90``…"""
    if one.length is None:
        return f"{one.parameter} counts {unit}"
    length = amount(one.length)
    if one.parameter == "milestones":
        return f"milestones up to {length} {unit}"
    if one.parameter in HANDWRITTEN_ENDS:
        return f"{one.parameter} is {length} {unit} long"
    if one.length.value is None:
        return f"{one.parameter}={length} counts {unit}"
    return f"{one.parameter}={length} {unit}"


def per(cadence: Cadence) -> str:
    """Return ``batch`` or ``epoch``."""
    return _PER.get(cadence, "iteration")


def past_minimum(ratio: Number) -> str:
    """Return what a cosine does that is stepped ``ratio`` times its length: ``climbs back``."""
    if ratio <= 2:
        return "climbs back"
    cycles = (ratio - 1) / 2
    count = f"{cycles:.0f}" if cycles >= 100 else f"{cycles:.3g}"
    return f"makes {count} more cycle{'' if count == '1' else 's'}"


__all__ = ["amount", "called", "horizon", "number", "past_minimum", "per", "quantity"]
