"""Counters that start again at a limit: ``pending += 1`` and ``if pending == 8: …; pending = 0``.

Such a counter is the remainder of the number of all iterations so far, also of several loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrlint.analysis.model.condition_queries import indicators, is_loop_atom
from lrlint.analysis.model.conditions import All, Any, Condition, Divisible, Not, Relation
from lrlint.analysis.model.trace import Block, Repeat, When
from lrlint.symbolic import Atom, Expr, ceil, floor


@dataclass(frozen=True, slots=True)
class Reset:
    """A counter that grows by ``each`` in an iteration, from ``low`` again at the limit."""

    condition: Condition
    """Whether an iteration reaches the limit."""
    low: Expr
    each: Expr
    period: Expr
    """How many iterations there are from one limit to the next."""

    def before(self, start: Expr, iterations: Expr) -> Expr:
        """Return the counter after some iterations, given its value before them."""
        done = (start - self.low) / self.each + iterations
        return self.low + self.each * (done - self.period * floor(done / self.period))

    def may_start_at(self, start: Expr) -> bool:
        """Whether the counter takes this value again; a loop around may have to tell."""
        if any(start == Expr.atom(atom) for atom in start.atoms() if is_loop_atom(atom)):
            return True
        done, period = ((start - self.low) / self.each).value, self.period.value
        return done is not None and period is not None and done % 1 == 0 and 0 <= done < period

    def reached(self, start: Expr, index: Expr) -> Condition:
        """Return whether the iteration ``index`` reaches the limit."""
        done = (start - self.low) / self.each + index + 1
        return Divisible(done, self.period, Expr.const(0))


@dataclass(frozen=True, slots=True)
class Running:
    """A counter that starts again, as a loop around its own sees it."""

    atom: Atom
    """Its value at the start of the loop's body."""
    reset: Reset
    advance: Expr
    """How many iterations of its own loop one iteration of this loop has."""
    at: Expr
    """How many of them come before, in the iteration of this loop."""
    condition: Condition

    def before(self, start: Expr, index: Expr) -> Expr:
        """Return the counter in the iteration ``index``, given its value before the loop."""
        return self.reset.before(start, self.advance * index)

    def reached(self, start: Expr, index: Expr) -> Condition:
        """Return ``condition`` in the iteration ``index``, given the value before the loop."""
        return self.reset.reached(start, self.advance * index + self.at)

    def after(self, start: Expr, index: Expr, trips: Expr) -> tuple[Expr, Running | None]:
        """Return the counter after the loop, and as the loop around sees it."""
        value = self.reset.before(start, self.advance * trips)
        atoms = [atom for atom in start.atoms() if is_loop_atom(atom) and start == Expr.atom(atom)]
        if not atoms:
            return value, None
        at = self.advance * index + self.at
        condition = self.reached(start, index)
        return value, Running(atoms[0], self.reset, self.advance * trips, at, condition)


def running_of(counter: Atom, after: Expr) -> Running | None:
    """Return how the body of a counter's own loop makes it start again; None where it does not."""
    reset = _reset_of(counter, after)
    if reset is None:
        return None
    return Running(counter, reset, Expr.const(1), Expr.const(0), reset.condition)


def _reset_of(counter: Atom, after: Expr) -> Reset | None:
    conditional = indicators(after)
    if len(conditional) != 1:
        return None
    (indicator,) = conditional
    condition = indicator.key
    if not isinstance(condition, Relation) or condition.op not in ("==", ">="):
        return None
    low = after.subs({indicator: Expr.const(1)})
    grown = after.subs({indicator: Expr.const(0)})
    each, limit = grown - Expr.atom(counter), condition.right
    if condition.left != grown or any(map(is_loop_atom, (limit + low + each).atoms())):
        return None
    if not isinstance(low.as_number(), int) or not isinstance(each.as_number(), int):
        return None
    if not each.value or each.value < 1 or limit.value is None or limit.value <= (low.value or 0):
        return None
    period = (limit - low) / each
    if not period.is_integer:
        if condition.op == "==":
            return None  # it may step over the limit
        period = ceil(period)
    return Reset(condition, low, each, period)


def replace_condition(block: Block, old: Condition, new: Condition) -> None:
    """Put a condition in the place of another throughout a part of a trace."""
    for node in block:
        if isinstance(node, When):
            node.condition = _replaced(node.condition, old, new)
            replace_condition(node.body, old, new)
        elif isinstance(node, Repeat):
            replace_condition(node.body, old, new)


def _replaced(condition: Condition, old: Condition, new: Condition) -> Condition:
    if condition == old:
        return new
    match condition:
        case Not(of=of):
            return Not(_replaced(of, old, new))
        case All(parts=parts):
            return All(_all(parts, old, new))
        case Any(parts=parts):
            return Any(_all(parts, old, new))
        case Relation() if condition == _opposite(old):
            return Not(new)
    return condition


def _all(parts: Sequence[Condition], old: Condition, new: Condition) -> tuple[Condition, ...]:
    return tuple(_replaced(part, old, new) for part in parts)


def _opposite(condition: Condition) -> Condition | None:
    match condition:
        case Relation(op="==", left=left, right=right):
            return Relation("!=", left, right)
        case Relation(op=">=", left=left, right=right):
            return Relation("<", left, right)
    return None
