"""Counters that run on through nested loops: ``step += 1`` in each batch of each epoch."""

from __future__ import annotations

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.interpreter.loop_counters import first_failure, until_multiple
from lrlint.analysis.model import counting
from lrlint.analysis.model.condition_queries import indicators
from lrlint.analysis.model.conditions import Condition, Divisible, Relation, negate
from lrlint.analysis.model.trace import Block, Break, Located, Node, Repeat, When, nodes_of
from lrlint.symbolic import (
    UNREPRESENTABLE,
    Expr,
    NotRepresentable,
    TooComplex,
    ceil,
    floor,
    minimum,
)


def running_on(part: Condition, counters: list[Repeat], repeats: list[Repeat]) -> Condition | None:
    """Express a condition on a counter that runs through nested loops by the innermost index.

    ``step`` of ``step % 100 == 0`` is ``epoch * len(loader) + i``; the index ``i`` then counts the
    iterations of all the loops. None where the condition depends on the indices in another way.
    """
    start = repeats.index(counters[0])
    if repeats[start : start + len(counters)] != counters:
        return None
    innermost = counters[-1].loop.index
    whole = Expr.atom(innermost)
    per_pass = Expr.const(1)
    try:
        for inner, outer in zip(counters[:0:-1], counters[-2::-1], strict=True):
            if inner.loop.trips is None:
                return None
            per_pass = per_pass * inner.loop.trips
            whole = whole + per_pass * Expr.atom(outer.loop.index)
        flat = part.subs({outer.loop.index: Expr.const(0) for outer in counters[:-1]})
        return flat if flat.subs({innermost: whole}) == part else None
    except UNREPRESENTABLE:
        return None


def times_of_running(
    condition: Condition, counters: list[Repeat], loops: Loops
) -> tuple[Expr | None, bool]:
    """Return how often a condition on a running counter holds, and whether once a pass."""
    total = Expr.const(1)
    for repeat in counters:
        if repeat.loop.trips is None or loops.is_cut(repeat):
            return None, False
        try:
            total = total * repeat.loop.trips
        except (TooComplex, NotRepresentable):
            return None, False
    innermost = counters[-1].loop
    times = counting.occurrences(condition, innermost.index, total)
    once = isinstance(condition, Divisible) and innermost.trips == condition.by
    return times, once


def ended_by_counter(
    repeats: list[Repeat], loops: Loops, located: Located, held_back: Condition | None = None
) -> Expr | None:
    """Return how often an event runs in the two innermost loops, which end at a number of steps.

    Their counter is compared with the limit once, by ``if step >= limit: break`` in the inner loop.
    Where the outer one does not end at the same limit, each of its further iterations may still
    reach what comes before the ``break``. Where gradients are accumulated, ``held_back`` is the
    condition under which the event and the counter advance.
    """
    if len(repeats) < 2 or not loops.is_cut(repeats[-1]):
        return None
    outer, inner = repeats[-2:]
    position = _position_of_break(inner.body, held_back)
    if position is None or inner.loop.trips is None:
        return None
    node = inner.body[position]
    assert isinstance(node, When)
    own = located.path[located.path.index(inner) + 1 :]
    first: Node = own[0] if own else located.event
    if not any(first is entry for entry in inner.body) or first is node:
        return None
    comes_first = inner.body.index(first) < position
    leaves_both = any(isinstance(entry, Break) and entry.levels > 1 for entry in nodes_of([node]))
    try:
        if held_back is None:
            limit_of_steps = until_multiple(node.condition)
            condition = running_on(limit_of_steps, [outer, inner], repeats)
            last = None if condition is None else first_failure(negate(condition), inner.loop.index)
            if last is None:
                return None
            done, per_pass = last + int(comes_first), inner.loop.trips
            ends_both = leaves_both or _ends_at(outer, inner, node.condition)
        else:
            counted = _limit_of_updates(node, held_back, outer, inner)
            if counted is None:
                return None
            limit, per_pass = counted
            done = limit - 1 + int(comes_first)
            ends_both = leaves_both or _ends_at_updates(outer, limit, per_pass)
        passes = outer.loop.trips
        if passes is not None and _from_the_start(passes) == ceil(_from_the_start(done) / per_pass):
            return _from_the_start(done)
        if not ends_both and (passes is None or comes_first):
            return None
        return done if passes is None else minimum(passes * per_pass, done)
    except UNREPRESENTABLE:
        return None


def _from_the_start(number: Expr) -> Expr:
    """Return a number of a training that does not resume: ``starting_epoch`` is 0 by default."""
    return number.subs({atom: Expr.const(0) for atom in number.atoms() if atom.value == 0})


def _limit_of_updates(
    node: When, held_back: Condition, outer: Repeat, inner: Repeat
) -> tuple[Expr, Expr] | None:
    """Return after how many updates a ``break`` comes, and how many a pass of the inner loop has.

    Its condition compares the limit with a counter that grows by 1 wherever ``held_back`` holds.
    """
    trips, index = inner.loop.trips, inner.loop.index
    every = None if trips is None else counting.every_and_last(held_back, index, trips)
    if trips is None or every is None:
        return None
    condition = node.condition
    if condition == held_back:
        inside = [entry for entry in node.body if _has_break(entry)]
        if len(inside) != 1 or not isinstance(inside[0], When):
            return None
        condition = inside[0].condition
    if not isinstance(condition, Relation) or condition.op not in (">=", "=="):
        return None
    advanced = {
        atom: Expr.const(1)
        for atom in indicators(condition.left) + indicators(condition.right)
        if atom.key == held_back
    }
    gap = (condition.left - condition.right).subs(advanced)
    limit = 1 - gap.subs({index: Expr.const(0), outer.loop.index: Expr.const(0)})
    per_pass = ceil(trips / every)
    done = Expr.atom(outer.loop.index) * per_pass + floor(Expr.atom(index) / every)
    return (limit, per_pass) if gap == done + 1 - limit else None


def _ends_at_updates(outer: Repeat, limit: Expr, per_pass: Expr) -> bool:
    """Whether a loop breaks after a pass of its inner loop that has reached the limit."""
    reached = (Expr.atom(outer.loop.index) + 1) * per_pass - limit
    return any(
        isinstance(node, When)
        and isinstance(node.condition, Relation)
        and node.condition.op in (">=", "==")
        and node.condition.left - node.condition.right == reached
        and any(map(_has_break, node.body))
        for node in outer.body
    )


def _position_of_break(body: Block, held_back: Condition | None) -> int | None:
    """Return which node of a loop's body is its only ``if …: break``."""
    breaking = [at for at, node in enumerate(body) if _has_break(node)]
    if len(breaking) != 1:
        return None
    node = body[breaking[0]]
    if isinstance(node, When) and node.condition == held_back:
        return breaking[0] if _position_of_break(node.body, None) is not None else None
    plain = isinstance(node, When) and [type(one) for one in node.body if _has_break(one)] == [
        Break
    ]
    return breaking[0] if plain else None


def _has_break(node: Node) -> bool:
    if isinstance(node, (Repeat, When)):
        return any(map(_has_break, node.body))
    return isinstance(node, Break)


def _ends_at(outer: Repeat, inner: Repeat, condition: Condition) -> bool:
    """Whether a loop breaks under the same condition as the loop in it."""
    trips, index = inner.loop.trips, inner.loop.index
    assert trips is not None
    # After the inner loop the counter is as in its last iteration, or one more.
    same = (condition, condition.subs({index: trips - 1}), condition.subs({index: trips}))
    return any(
        isinstance(node, When) and node.condition in same and any(map(_has_break, node.body))
        for node in outer.body
    )
