"""The numbers on which a trace depends, their replacement, and how many iterations it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from lrlint.analysis.model.computed import Measured, all_atoms, replaced
from lrlint.analysis.model.conditions import Relation, flatten
from lrlint.analysis.model.trace import (
    Block,
    BranchNotTaken,
    Break,
    Carried,
    Left,
    LoopRecord,
    LRWrite,
    Node,
    Repeat,
    SchedulerStep,
    When,
    has_break,
    nodes_of,
)
from lrlint.symbolic import Atom, Expr


def iterations(block: Block) -> int:
    """Return how many iterations the loops in a block surely have that no break ends."""
    known = 0
    for node in block:
        if isinstance(node, Repeat) and node.loop.trips is not None and not has_break(node.body):
            trips = node.loop.trips.value
            known += int(trips) * (1 + iterations(node.body)) if trips and trips > 0 else 0
    return known


def read_by(node: Node) -> frozenset[Atom]:
    """Return the numbers that decide what a node of a trace does."""
    match node:
        case When(condition=condition):
            return all_atoms(condition)
        case LRWrite(law=Expr() as law):
            return all_atoms(law)
        case SchedulerStep(argument=argument, times=times):
            return all_atoms(*(x for x in (argument, times) if isinstance(x, Expr)))
        case Repeat(loop=LoopRecord(trips=Expr() as trips)):
            return all_atoms(trips)
    return frozenset()


def wanted(trace: Block) -> frozenset[Atom]:
    """Return the numbers that what runs in a trace depends on, directly or through others."""
    known: set[Atom] = set()
    sources: list[tuple[Atom, frozenset[Atom]]] = []
    for node in nodes_of(trace):
        known |= read_by(node)
        match node:
            case Break(left=left):
                sources += [(atom, all_atoms(number)) for atom, number in left]
            case Repeat(loop=loop):
                sources += [
                    (item.atom, all_atoms(item.before, item.after)) for item in loop.carried
                ]
                sources += [
                    (item.atom, all_atoms(item.before, item.after) | {item.variable})
                    for item in loop.left
                ]
    while True:  # one variable may follow another
        more = [atoms for atom, atoms in sources if atom in known and not atoms <= known]
        if not more:
            return frozenset(known)
        known.update(*more)


def measured_counters(loops: Iterable[LoopRecord]) -> frozenset[Atom]:
    """Return the numbers that loops change as a measured value decides: epochs without progress."""
    changed: list[Carried | Left] = []
    for loop in loops:
        changed += [*loop.carried, *loop.left]
    sources = [(item.atom, all_atoms(item.before, item.after)) for item in changed]
    measured: set[Atom] = set()
    while True:  # one of them may follow another
        more = {
            atom
            for atom, atoms in sources
            if atom not in measured
            and any(isinstance(one.key, Measured) or one in measured for one in atoms)
        }
        if not more:
            return frozenset(measured)
        measured |= more


_Changed = TypeVar("_Changed", Carried, Left)


def _substituted(items: tuple[_Changed, ...], mapping: Mapping[Atom, Expr]) -> tuple[_Changed, ...]:
    return tuple(
        replace(item, before=replaced(item.before, mapping), after=replaced(item.after, mapping))
        for item in items
    )


def substitute(block: Block, mapping: Mapping[Atom, Expr]) -> None:
    """Replace atoms in a block's conditions, trip counts and numbers, in place.

    What turns out never to happen is removed.
    """
    for node in [*block]:
        if isinstance(node, Repeat):
            if node.loop.trips is not None:
                node.loop.trips = node.loop.trips.subs(mapping)
            node.loop.carried = _substituted(node.loop.carried, mapping)
            node.loop.left = _substituted(node.loop.left, mapping)
            substitute(node.body, mapping)
        elif isinstance(node, Break):
            node.left = tuple((atom, replaced(number, mapping)) for atom, number in node.left)
        elif isinstance(node, When):
            if all_atoms(node.condition).isdisjoint(mapping):
                substitute(node.body, mapping)
                continue
            node.condition = node.condition.subs(mapping)
            if any(
                isinstance(part, Relation) and part.decided() is False
                for part in flatten(node.condition)
            ):
                block.remove(node)
            else:
                substitute(node.body, mapping)
        elif isinstance(node, SchedulerStep):
            if isinstance(node.argument, Expr):
                node.argument = node.argument.subs(mapping)
            if node.times is not None:
                node.times = node.times.subs(mapping)
        elif isinstance(node, BranchNotTaken):
            branch = node.branch
            node.branch = replace(
                branch,
                condition=branch.condition.subs(mapping),
                earlier=branch.earlier.subs(mapping),
            )
        elif isinstance(node, LRWrite):
            if isinstance(node.value, Expr):
                node.value = replaced(node.value, mapping)
            if node.law is not None:
                node.law = replaced(node.law, mapping)
