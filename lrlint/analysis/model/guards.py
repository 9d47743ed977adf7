"""The conditions in force, kept so that one more condition can be looked up among them.

Every ``if`` asks what the guards around it already settle, and early returns leave dozens of guards
behind: comparing each with each is most of the work on some scripts.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from lrlint.analysis.model.conditions import (
    Any,
    Condition,
    Question,
    equality,
    flatten,
    negate,
    subjects,
)
from lrlint.analysis.model.contradictions import Contradictions


class Known:
    """What is known to hold, conjunctions taken apart."""

    def __init__(self, contradict: Contradictions) -> None:
        self._contradict = contradict
        self._pushed: list[tuple[Condition, ...]] = []
        self._parts: dict[Condition, int] = {}
        """How often each is known: an inner guard may say again what an outer one says."""
        self._choices: dict[Hashable, dict[Question, int]] = {}
        """The values that names are known to equal: ``args.sched == "cosine"``."""
        self._alternatives: list[Any] = []

    def push(self, condition: Condition) -> None:
        """From now on it holds."""
        parts = flatten(condition)
        self._pushed.append(parts)
        for part in parts:
            self._parts[part] = self._parts.get(part, 0) + 1
            if isinstance(part, Any):
                self._alternatives.append(part)
            elif (question := equality(part)) is not None:
                values = self._choices.setdefault(question.subject, {})
                values[question] = values.get(question, 0) + 1

    def pop(self) -> None:
        """What was pushed last holds no more."""
        for part in self._pushed.pop():
            _take(self._parts, part)
            if isinstance(part, Any):
                self._alternatives.pop()
            elif (question := equality(part)) is not None:
                _take(self._choices[question.subject], question)

    def settles(self, condition: Condition) -> bool | None:
        """Whether the condition surely holds, or surely does not; None where that is open."""
        if not self._parts:
            return None
        parts = flatten(condition)
        if all(part in self._parts for part in parts):
            return True
        return False if any(map(self._excludes, parts)) else None

    def _excludes(self, part: Condition) -> bool:
        """As ``contradict`` says of the part and any of the known ones."""
        if negate(part) in self._parts:
            return True
        question = equality(part)
        if question is not None and self._choices.get(question.subject, {}).keys() - {question}:
            return True
        about, excluded = subjects(part), self._contradict
        if isinstance(part, Any) and any(
            all(excluded(one, known, depth=1) for one in part.parts)
            for known in self._parts
            if not about.isdisjoint(subjects(known))
        ):
            return True
        return any(
            all(excluded(part, one, depth=1) for one in known.parts)
            for known in self._alternatives
            if not about.isdisjoint(subjects(known))
        )


_Key = TypeVar("_Key", bound=Hashable)


def _take(counts: dict[_Key, int], key: _Key) -> None:
    left = counts[key] - 1
    if left:
        counts[key] = left
    else:
        del counts[key]
