"""The conditions in force, kept so that one more condition can be looked up among them.

Every ``if`` asks what the guards around it already settle, and early returns leave dozens of guards
behind: comparing each with each is most of the work on some scripts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from lrlint.analysis.conditions import Any, Condition, choice_key, contradict, flatten, negate


class Known:
    """What is known to hold, conjunctions taken apart."""

    def __init__(self) -> None:
        self._pushed: list[tuple[Condition, ...]] = []
        self._parts: Counter[Condition] = Counter()
        self._opposites: Counter[Condition] = Counter()
        self._choices: dict[Hashable, Counter[Hashable]] = {}
        """The values that names are known to equal: ``args.sched == "cosine"``."""
        self._alternatives: list[Any] = []

    def push(self, condition: Condition) -> None:
        """From now on it holds."""
        parts = flatten(condition)
        self._pushed.append(parts)
        for part in parts:
            self._parts[part] += 1
            self._opposites[negate(part)] += 1
            if isinstance(part, Any):
                self._alternatives.append(part)
            elif (key := choice_key(part)) is not None:
                self._choices.setdefault(key[:2], Counter())[key] += 1

    def pop(self) -> None:
        """What was pushed last holds no more."""
        for part in reversed(self._pushed.pop()):
            _take(self._parts, part)
            _take(self._opposites, negate(part))
            if isinstance(part, Any):
                self._alternatives.pop()
            elif (key := choice_key(part)) is not None:
                _take(self._choices[key[:2]], key)

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
        if negate(part) in self._parts or part in self._opposites:
            return True
        key = choice_key(part)
        if key is not None and self._choices.get(key[:2], {}).keys() - {key}:
            return True
        if isinstance(part, Any) and any(
            all(contradict(one, known, depth=1) for one in part.parts) for known in self._parts
        ):
            return True
        return any(
            all(contradict(part, one, depth=1) for one in known.parts)
            for known in self._alternatives
        )


def _take(counter: Counter[Condition] | Counter[Hashable], key: Hashable) -> None:
    counter[key] -= 1  # type: ignore[index]
    if not counter[key]:  # type: ignore[index]
        del counter[key]
