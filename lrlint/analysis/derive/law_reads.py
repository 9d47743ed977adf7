"""What decides an LR that a script writes by hand: loops, numbers of the script, the LR in use."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.step_guards import conditions
from lrlint.analysis.model.computed import Counter, Derived, Measured, RateInUse, all_atoms
from lrlint.analysis.model.trace import Located, LRWrite
from lrlint.facts import LawReads
from lrlint.symbolic import Atom


def reads_of(writes: Sequence[Located], loops: Loops) -> LawReads | None:
    """Return what the LRs written and the conditions of the writes read.

    None where one of them is not known, or is kept in a variable from step to step.
    """
    if not writes:
        return None
    atoms: set[Atom] = set()
    for item in writes:
        event = item.event
        if not isinstance(event, LRWrite) or event.law is None:
            return None
        tested = {atom for part in conditions(item.path) for atom in part.atoms()}
        derived = (atom.key for atom in tested if isinstance(atom.key, Derived))
        atoms |= tested | all_atoms(event.law, *derived)
    keys = [atom.key for atom in atoms]
    if any(isinstance(key, Measured) or (isinstance(key, Counter) and key.carried) for key in keys):
        return None
    around = {id(loop): loop for item in writes for loop in item.loops}
    return LawReads(
        loops=tuple(loops.fact(loop) for loop in around.values() if loop.loop.index in atoms),
        numbers=frozenset(atom for atom in atoms if not isinstance(atom.key, Derived)),
        in_use=any(isinstance(key, RateInUse) for key in keys),
    )
