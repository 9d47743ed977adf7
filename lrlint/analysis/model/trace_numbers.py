"""The numbers on which a trace depends, and how many iterations it surely has."""

from __future__ import annotations

from lrlint.analysis.model.computed import all_atoms
from lrlint.analysis.model.trace import (
    Block,
    Break,
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
