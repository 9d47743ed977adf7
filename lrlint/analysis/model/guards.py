"""The guards in force, indexed by what they say.

Every ``if`` asks whether the guards around it already decide it. A function with many early returns
has dozens of guards, and comparing a condition with each of them took most of the time.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, TypeVar

from lrlint.analysis.model.condition_queries import equality, subjects
from lrlint.analysis.model.conditions import Any, Condition, flatten, negate
from lrlint.analysis.model.contradictions import Contradictions
from lrlint.analysis.model.questions import Question


class _Guard(NamedTuple):
    about: frozenset[Hashable]
    parts: tuple[Condition, ...]
    disjunctions: list[Any]


class Known:
    """The conditions that are known to hold, conjunctions as their parts."""

    def __init__(self, contradict: Contradictions) -> None:
        self._contradict = contradict
        self._pushed: list[_Guard] = []
        self._parts: dict[Condition, int] = {}
        """How many guards say so: an inner guard may repeat an outer one."""
        self._equalities: dict[Hashable, dict[Question, int]] = {}
        """By subject, what it is known to equal: ``args.sched == "cosine"``."""
        self._settled: list[dict[Condition, bool | None]] = [{}]
        """What was answered since each of the guards was pushed: the same is asked again."""

    def push(self, condition: Condition) -> None:
        """Take a condition as true until the matching `pop`."""
        self._settled.append({})
        parts = flatten(condition)
        disjunctions = [part for part in parts if isinstance(part, Any)]
        self._pushed.append(_Guard(subjects(condition), parts, disjunctions))
        for part in parts:
            self._parts[part] = self._parts.get(part, 0) + 1
            if (question := equality(part)) is not None:
                values = self._equalities.setdefault(question.subject, {})
                values[question] = values.get(question, 0) + 1

    def pop(self) -> None:
        """Forget the condition that was pushed last."""
        self._settled.pop()
        for part in self._pushed.pop().parts:
            _take(self._parts, part)
            if (question := equality(part)) is not None:
                _take(self._equalities[question.subject], question)

    def settles(self, condition: Condition) -> bool | None:
        """Return whether the condition holds; None where what is known does not decide it."""
        settled = self._settled[-1]
        if condition not in settled:
            settled[condition] = self._settles(condition)
        return settled[condition]

    def _settles(self, condition: Condition) -> bool | None:
        about = subjects(condition)
        related = [guard for guard in self._pushed if not about.isdisjoint(guard.about)]
        if not related:
            return None
        parts = flatten(condition)
        if all(part in self._parts for part in parts):
            return True
        return False if any(self._excludes(part, related) for part in parts) else None

    def _excludes(self, part: Condition, related: list[_Guard]) -> bool:
        """Whether what is known contradicts a condition."""
        if negate(part) in self._parts:
            return True
        question = equality(part)
        if question is not None and self._equalities.get(question.subject, {}).keys() - {question}:
            return True
        about, excluded = subjects(part), self._contradict
        if isinstance(part, Any) and any(
            all(excluded(alternative, known, depth=1) for alternative in part.parts)
            for guard in related
            for known in guard.parts
            if not about.isdisjoint(subjects(known))
        ):
            return True
        return any(
            all(excluded(part, alternative, depth=1) for alternative in known.parts)
            for guard in related
            for known in guard.disjunctions
            if not about.isdisjoint(subjects(known))
        )


_Key = TypeVar("_Key", bound=Hashable)


def _take(counts: dict[_Key, int], key: _Key) -> None:
    left = counts[key] - 1
    if left:
        counts[key] = left
    else:
        del counts[key]
