"""The conditions under which something runs or is built, as the guards that rules see."""

from __future__ import annotations

import re
from collections.abc import Collection

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.model.computed import Measured, RateInUse
from lrlint.analysis.model.condition_queries import is_loop_atom, text_of
from lrlint.analysis.model.conditions import (
    Any,
    Condition,
    Divisible,
    Flag,
    Not,
    Relation,
    flatten,
    natures,
    negate,
)
from lrlint.analysis.model.contradictions import contradict, exclude
from lrlint.analysis.model.questions import Asks, Nature, Question
from lrlint.analysis.model.trace import Repeat, When
from lrlint.analysis.model.words import unit_of
from lrlint.facts import Guard, GuardKind
from lrlint.symbolic import Atom, Expr

Path = tuple[Repeat | When, ...]
"""The loops and conditions that enclose an event, outermost first."""


def relative(path: Path, base: Path) -> Path:
    """Return what encloses ``path`` but not ``base``."""
    position = 0
    while position < min(len(path), len(base)) and path[position] is base[position]:
        position += 1
    return path[position:]


def conditions(path: Path) -> list[Condition]:
    """Return all conditions along a path, with conjunctions split."""
    return [part for part, _ in parts(path)]


def parts(path: Path) -> list[tuple[Condition, When]]:
    """Return all conditions along a path, each with its place."""
    return [
        (part, node) for node in path if isinstance(node, When) for part in flatten(node.condition)
    ]


def is_settled(part: Condition, assumed: Collection[Condition]) -> bool:
    """Whether a condition holds where others do: one alternative is enough for ``a or b``."""
    if part in assumed:
        return True
    return isinstance(part, Any) and any(contradict(negate(part), known) for known in assumed)


def excluded(path: Path, assumed: Collection[Condition]) -> bool:
    """Whether a condition along a path contradicts one that is known to hold."""
    return exclude(conditions(path), assumed)


def guards_of(path: Path, loops: Loops, assumed: Collection[Condition] = ()) -> tuple[Guard, ...]:
    """Return the conditions along a path as guards, without those that ``assumed`` settles."""
    repeats = [node for node in path if isinstance(node, Repeat)]
    return tuple(
        guard(part, node, repeats, loops)
        for part, node in parts(path)
        if not is_settled(part, assumed)
    )


def guard(part: Condition, node: When, repeats: list[Repeat], loops: Loops) -> Guard:
    """Return a condition as a guard; ``repeats`` are the loops around it, outermost first."""
    kind, amount = _classify(part, repeats)
    atoms = frozenset(part.atoms())
    # A counter that runs on through nested loops counts the innermost.
    counted = next((repeat for repeat in reversed(repeats) if repeat.loop.index in atoms), None)
    return Guard(
        kind=kind,
        text=text_of(part),
        place=node.place,
        amount=amount,
        loop=None if counted is None else loops.fact(counted),
        by_default=ordinarily(part),
        reads=atoms,
    )


_LENGTH = re.compile(r"len\(\w+\)")


def ordinarily(part: Condition) -> bool | None:
    """Return whether a condition holds by default; batches are taken to have samples."""
    match part:
        case Relation(op="!=" | ">", left=left, right=right) if right.as_number() == 0:
            atoms = list(left.atoms())
            if len(atoms) == 1 and left == Expr.atom(atoms[0]) and _LENGTH.fullmatch(str(left)):
                return True if part.lean is None else part.lean
    return part.lean


def _classify(part: Condition, repeats: list[Repeat]) -> tuple[GuardKind, Expr | None]:
    """Tell what a condition around a step depends on, and k for a step at every k-th time."""
    indices = [repeat.loop.index for repeat in repeats]
    counted = any(is_loop_atom(atom) or atom in indices for atom in part.atoms())
    match part:
        case Divisible(by=by) if counted:
            return GuardKind.EVERY_K, by
        case Any(parts=alternatives) if counted:
            regular = [inner for inner in alternatives if isinstance(inner, Divisible)]
            return (GuardKind.EVERY_K, regular[0].by) if regular else (GuardKind.OTHER, None)
        case Relation() if counted:
            return _threshold(part, indices)
        case Not(of=Divisible()):
            return GuardKind.OTHER, None
        case Flag(key=Question(asks=Asks.INSTANCE)):
            return GuardKind.SCHEDULER, None
        case Flag(key=Question(asks=Asks.EXCEPTION)):
            return GuardKind.EXCEPTION, None
        case Flag(key=Question(asks=Asks.SEVERAL)) | Not(of=Flag(key=Question(asks=Asks.SEVERAL))):
            return GuardKind.OTHER, None  # too many of them to say what decides
    nature = natures(part)
    if any(isinstance(atom.key, RateInUse) for atom in part.atoms()):
        return GuardKind.OTHER, None  # the schedule itself decides: `if lr > lowest`
    counts_measured = any(isinstance(atom.key, Measured) for atom in part.atoms())
    if (Nature.METRIC in nature or counts_measured) and part.lean is not True:
        return GuardKind.METRIC, None
    if Nature.RANK in nature:
        return GuardKind.RANK, None
    if Nature.OTHER in nature:
        return GuardKind.OTHER, None
    if (
        isinstance(part, Flag)
        and part.lean is None
        and (name := _POSITION.match(part.text)) is not None
        and unit_of(name[1]) is not None
    ):
        return GuardKind.OTHER, None  # `epoch == 0`, where the epoch is not followed
    return (GuardKind.OTHER if counted else GuardKind.FLAG), None


_POSITION = re.compile(r"(\w+) (?:==|!=|in|not in) ")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _threshold(relation: Relation, indices: list[Atom]) -> tuple[GuardKind, Expr | None]:
    """Return whether a relation holds after or before a number of iterations, and the number."""
    op = relation.op
    if op not in _MIRRORED:
        return GuardKind.OTHER, None
    gap = relation.left - relation.right
    line = next((gap.linear_in(index) for index in indices if index in gap.atoms()), None)
    if line is None or line[0].as_number() not in (1, -1):
        return GuardKind.OTHER, None
    if line[0].as_number() == 1:
        threshold = -line[1]
    else:  # ``10 <= i`` is ``i >= 10``
        threshold, op = line[1], _MIRRORED[op]
    if any(map(is_loop_atom, threshold.atoms())):
        return GuardKind.OTHER, None  # `epoch - last_drop >= 3`
    if op in (">", "<="):
        threshold = threshold + 1
    return (GuardKind.AFTER if op in (">", ">=") else GuardKind.BEFORE), threshold


def construction_guards(path: Path, loops: Loops) -> tuple[Guard, ...]:
    """Return the conditions under which something is built; loops around it do not count."""
    return tuple(guard(part, node, [], loops) for part, node in parts(path))
