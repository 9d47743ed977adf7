"""Whether two conditions exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lrlint.analysis.model.condition_queries import equality, subjects
from lrlint.analysis.model.conditions import Any, Condition, flatten, negate


def contradict(left: Condition, right: Condition, depth: int = 2) -> bool:
    """Whether the two are known never to hold at once.

    Disjunctions are followed ``depth`` levels deep. The cost is exponential in the depth, and the
    guards that early returns leave are disjunctions of disjunctions.
    """
    return _contradict(left, right, depth, contradict)


def _contradict(
    left: Condition, right: Condition, depth: int, ask: Callable[[Condition, Condition, int], bool]
) -> bool:
    """Whether two contradict each other; ``ask`` tells it of their parts."""
    about_right = subjects(right)
    if subjects(left).isdisjoint(about_right):
        return False
    for first in flatten(left):
        about = subjects(first)
        if about.isdisjoint(about_right):
            continue
        if depth and isinstance(first, Any):
            if all(ask(alternative, right, depth - 1) for alternative in first.parts):
                return True
            continue
        for second in flatten(right):
            if about.isdisjoint(subjects(second)):
                continue
            if _are_opposite(first, second):
                return True
            if (
                depth
                and isinstance(second, Any)
                and all(ask(left, alternative, depth - 1) for alternative in second.parts)
            ):
                return True
    return False


def _are_opposite(first: Condition, second: Condition) -> bool:
    """Whether two are each other's negation, or say that one setting has different values."""
    if negate(first) == second:
        return True
    question, other = equality(first), equality(second)
    return (
        question is not None
        and other is not None
        and question.subject == other.subject
        and question != other
    )


def exclude(ours: Collection[Condition], theirs: Collection[Condition]) -> bool:
    """Whether all conditions of both are known never to hold at once.

    ``not a or not b`` contradicts neither ``a`` nor ``b``, but both together.
    """
    return any(_excluded(part, theirs) for part in ours) or any(
        _excluded(part, ours) for part in theirs if isinstance(part, Any)
    )


def _excluded(part: Condition, known: Collection[Condition]) -> bool:
    alternatives = part.parts if isinstance(part, Any) else (part,)
    return all(
        any(contradict(alternative, other) for other in known) for alternative in alternatives
    )


class Contradictions:
    """``contradict`` that remembers its answers: it is asked of the same guards again and again."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Condition, Condition, int], bool] = {}
        self._asked: dict[tuple[int, int, int], tuple[Condition, Condition, bool]] = {}
        """By identity, which takes no time to compare; it keeps the conditions alive."""

    def __call__(self, left: Condition, right: Condition, depth: int = 2) -> bool:
        asked = self._asked.get((id(left), id(right), depth))
        if asked is not None:
            return asked[2]
        if subjects(left).isdisjoint(subjects(right)):
            return False
        key = (left, right, depth)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = _contradict(left, right, depth, self)
        self._asked[id(left), id(right), depth] = left, right, answer
        return answer
