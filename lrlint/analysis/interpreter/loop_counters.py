"""The body of a loop: walked once, for all its iterations.

A counter such as ``step += 1`` is an unknown at the start of the loop's body. Once the body has
been walked, the difference that one iteration makes says what the unknown was: its first value plus
that difference times the number of the iteration; it is then replaced throughout the trace.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress

import libcst as cst

from lrlint.analysis.code.queries import assigned_names
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model import counting
from lrlint.analysis.model.conditions import All, Condition, Relation, flatten, is_loop_atom, negate
from lrlint.analysis.model.trace import Break, LoopRecord, Repeat, When, substitute
from lrlint.analysis.model.values import AnyValue, Choice, Scope, Store
from lrlint.symbolic import Atom, Expr, NotRepresentable, Strength, TooComplex, ceil, floor, minimum


class _Carried:
    """A number that may change from one iteration to the next."""

    __slots__ = ("atom", "before", "key", "store")

    def __init__(self, store: Store, key: Hashable, atom: Atom, before: Expr) -> None:
        self.store = store
        self.key = key
        self.atom = atom
        self.before = before


@contextmanager
def repeating(
    machine: Machine,
    loop: LoopRecord,
    node: cst.CSTNode,
    tests: list[Condition] | None = None,
    *,
    carries: bool = True,
) -> Iterator[Repeat]:
    """Interpret a loop's body once, for all its iterations."""
    repeat = Repeat(loop, [])
    start = len(machine.journal)
    carried = _make_unknown(machine, node) if carries else []
    outer = machine.block
    outer.append(repeat)
    machine.block = repeat.body
    machine.loops.append(repeat)
    try:
        yield repeat
    finally:
        machine.loops.pop()
        machine.block = outer
    if getattr(node, "orelse", None) is None:
        _cut_at_break(repeat)
    mapping = _resolve(machine, loop, carried)
    if tests is not None:
        loop.trips = loop.trips if loop.trips is not None else _trips(tests, loop, mapping)
    if mapping:
        substitute([repeat], mapping)
    _leave(machine, loop, carried, mapping, start)
    if not repeat.body:
        outer.remove(repeat)


def _cut_at_break(repeat: Repeat) -> None:
    """``if i >= limit: break`` at the head or foot of a loop bounds its trip count."""
    loop, body = repeat.loop, repeat.body
    if (loop.trips is None and not loop.unbounded) or len(body) < 2:
        return
    for position, extra in ((0, 0), (-1, 1)):
        node = body[position]
        if not isinstance(node, When) or len(node.body) != 1:
            continue
        inner = node.body[0]
        if not isinstance(inner, Break) or inner.levels != 1:
            continue
        condition = node.condition
        if any(is_loop_atom(atom) and atom != loop.index for atom in condition.atoms()):
            continue
        stops = first_failure(negate(condition), loop.index)
        if stops is None:
            continue
        with suppress(TooComplex, NotRepresentable):
            ends = stops + extra
            loop.trips = ends if loop.trips is None else minimum(loop.trips, ends)
            loop.unbounded = False
            del body[position]
            return


def _make_unknown(machine: Machine, node: cst.CSTNode) -> list[_Carried]:
    """Replace every number that the body may change by an unknown."""
    found: list[_Carried] = []

    def carry(store: Store, key: Hashable, value: AnyValue | None) -> None:
        if isinstance(value, Expr):
            # It may count down, or start at -1: no bound is known.
            whole = value.value is None or isinstance(value.value, int)
            key_ = ("carried", machine.fresh_key())
            atom = Atom(name=str(key), key=key_, lower=None, integer=whole)
            found.append(_Carried(store, key, atom, value))
            machine.write(store, key, Expr.atom(atom))

    body = node.body if isinstance(node, (cst.For, cst.While)) else None
    if body is not None:
        names = machine.unit.assigned_in(body, assigned_names)
        if isinstance(node, cst.While):
            names |= machine.unit.assigned_in(node.test, assigned_names)
        for name in sorted(names):
            carry(machine.scope.store, name, machine.scope.store.data.get(name))
    changed = machine.unit.survey.mutations
    for name in changed.shared_names:
        scope: Scope | None = machine.scope
        while scope is not None:
            if name in scope.store.data:
                carry(scope.store, name, scope.store.data[name])
                break
            scope = scope.parent
    for instance in machine.instances:
        if instance.cls is not None:
            for name in instance.cls.scope.unit.survey.mutations.attributes:
                carry(instance.store, name, instance.store.data.get(name))
    for mapping in machine.dicts:
        for key in changed.keys:
            if key in mapping.store.data:
                carry(mapping.store, key, mapping.store.data[key])
    return found


def _resolve(machine: Machine, loop: LoopRecord, carried: list[_Carried]) -> dict[Atom, Expr]:
    """What each carried unknown was, as a function of the loop's index."""
    index = Expr.atom(loop.index)
    unknowns = {item.atom for item in carried}
    mapping: dict[Atom, Expr] = {}
    pending: list[tuple[_Carried, Expr]] = []
    for item in carried:
        after = item.store.data.get(item.key)
        if not isinstance(after, Expr):
            continue
        if after == Expr.atom(item.atom) or (
            after == item.before and not (after.atoms() & unknowns)
        ):
            mapping[item.atom] = item.before
        else:
            pending.append((item, after))
    for item, after in pending:
        try:
            delta = (after - Expr.atom(item.atom)).subs(mapping)
        except (NotRepresentable, TooComplex, ZeroDivisionError):
            continue
        atoms = delta.atoms()
        if item.atom in atoms:
            continue
        if loop.index not in atoms and not _indicators(delta):
            mapping[item.atom] = item.before + delta * index
            continue
        summed = counting.summed(delta, loop.index, mapping)
        if summed is not None:
            mapping[item.atom] = item.before + summed
    # A counter may depend on another one: two rounds settle what two loops can nest.
    for _ in range(2):
        for atom, value in list(mapping.items()):
            if value.atoms() & mapping.keys():
                mapping[atom] = value.subs({k: v for k, v in mapping.items() if k != atom})
    return mapping


def _indicators(number: Expr) -> bool:
    return any(isinstance(atom.key, Condition) for atom in number.atoms())


def _trips(tests: list[Condition], loop: LoopRecord, mapping: dict[Atom, Expr]) -> Expr | None:
    """How often a ``while`` condition holds in a row, from the counter that it compares."""
    for test in tests:
        for part in flatten(test.subs(mapping)):
            trips = first_failure(part, loop.index)
            if trips is not None:
                loop.first = _counter_at_first(part, loop.index)
                return trips
    return None


def _counter_at_first(condition: Condition, index: Atom) -> Expr | None:
    """Where the counter that a ``while`` condition compares with a fixed number starts."""
    if not isinstance(condition, Relation):
        return None
    moving = [side for side in (condition.left, condition.right) if index in side.atoms()]
    line = moving[0].linear_in(index) if len(moving) == 1 else None
    return None if line is None else line[1]


def first_failure(condition: Condition, index: Atom) -> Expr | None:
    """The first iteration, from 0, in which a relation that is linear in ``index`` fails."""
    if isinstance(condition, All) or not isinstance(condition, Relation):
        return None
    # Written as 0 < slope * index + offset, or with <=.
    match condition.op:
        case "<" | "<=" | "!=":
            gap = condition.right - condition.left
        case ">" | ">=":
            gap = condition.left - condition.right
        case _:
            return None
    parts = gap.linear_in(index)
    if parts is None:
        return None
    slope, offset = parts
    if index in slope.atoms() or index in offset.atoms():
        return None
    speed = slope.value
    if speed is not None and speed >= 0 and not (condition.op == "!=" and speed):
        return None
    if speed is None and any(atom.lower is None for atom in slope.atoms()):
        return None
    try:
        if condition.op in ("<", ">", "!="):
            return ceil(offset / -slope)
        return floor(offset / -slope) + 1
    except (NotRepresentable, TooComplex, ZeroDivisionError):
        return None


def _leave(
    machine: Machine,
    loop: LoopRecord,
    carried: list[_Carried],
    mapping: dict[Atom, Expr],
    start: int,
) -> None:
    """After the loop, numbers stand as the last iteration left them."""
    trips = loop.trips
    finals = {item.atom: item for item in carried}
    last = None if trips is None else {loop.index: trips - 1}
    seen: set[tuple[int, Hashable]] = set()
    for store, key, _ in machine.journal[start:]:
        if (id(store), key) in seen:
            continue
        seen.add((id(store), key))
        value = store.data.get(key)
        if isinstance(value, Choice) and mapping:
            # `done` is true where the condition held in the last iteration.
            alternatives = tuple((c.subs(mapping), item) for c, item in value.alternatives)
            machine.write(store, key, Choice(alternatives))
        if not isinstance(value, Expr):
            continue
        atoms = value.atoms()
        if not (atoms & finals.keys()) and loop.index not in atoms:
            continue
        try:
            known = value.subs(mapping)
            known = known if last is None else known.subs(last)
        except (NotRepresentable, TooComplex, ZeroDivisionError):
            known = value
        left = known.atoms()
        if loop.index in left or left & finals.keys():
            known = machine.named_number(str(key), None, Strength.OPEN)
        machine.write(store, key, known)
