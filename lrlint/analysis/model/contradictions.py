"""Whether two conditions exclude each other."""

from __future__ import annotations

from lrlint.analysis.model.conditions import Any, Condition, equality, flatten, negate, subjects


def contradict(left: Condition, right: Condition, depth: int = 2) -> bool:
    """Whether the two are known never to hold at once.

    Alternatives within alternatives are looked into ``depth`` deep: the cost is exponential in it,
    and guards that early returns leave behind nest without end.
    """
    if subjects(left).isdisjoint(subjects(right)):
        return False
    others = flatten(right)
    for one in flatten(left):
        about = subjects(one)
        if about.isdisjoint(subjects(right)):
            continue
        if depth and isinstance(one, Any):
            if all(contradict(part, right, depth - 1) for part in one.parts):
                return True
            continue
        opposite, question = negate(one), equality(one)
        for other in others:
            if about.isdisjoint(subjects(other)):
                continue
            if opposite == other:
                return True
            if question is not None:
                its = equality(other)
                if its is not None and its.subject == question.subject and its != question:
                    return True
            if not depth:
                continue
            if isinstance(other, Any) and all(
                contradict(left, part, depth - 1) for part in other.parts
            ):
                return True
    return False


class Contradictions:
    """``contradict``, which remembers its answers: the same guards meet again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[Condition, Condition, int], bool] = {}

    def __call__(self, left: Condition, right: Condition, depth: int = 2) -> bool:
        if subjects(left).isdisjoint(subjects(right)):
            return False
        key = (left, right, depth)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = contradict(left, right, depth)
        return found
