"""Options of rules: numbers that a rule judges by and that a configuration may change.

::

    class EtaMinTooHigh(Rule):
        share = Option(0.1, "The share of the base LR above which `eta_min` is reported.", most=1)

        def check(self, schedule):
            ... self.share ...

and in a configuration ``[tool.lrlint.rules.LR303]``, ``share = 0.2``.
"""

from __future__ import annotations

import json
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value", bool, int, float, str)
_NOUNS = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


class Option(Generic[Value]):
    """An option of a rule, declared as an attribute of its class and read as one."""

    def __init__(
        self,
        default: Value,
        meaning: str,
        *,
        least: float | None = None,
        most: float | None = None,
    ) -> None:
        self.default: Value = default
        self.meaning = meaning
        self._least, self._most = least, most
        self.attribute = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    @overload
    def __get__(self, rule: None, owner: type) -> Option[Value]: ...

    @overload
    def __get__(self, rule: object, owner: type) -> Value: ...

    def __get__(self, rule: object, owner: type) -> Option[Value] | Value:
        # A rule that is configured has the value in its own dictionary, which comes first.
        return self if rule is None else self.default

    @property
    def name(self) -> str:
        """Its name in a configuration."""
        return self.attribute.replace("_", "-")

    @property
    def expected(self) -> str:
        """What messages say the value should be."""
        limits = [
            f"{words} {limit:g}"
            for words, limit in (("at least", self._least), ("at most", self._most))
            if limit is not None
        ]
        noun = _NOUNS[type(self.default)]
        return f"{noun} ({', '.join(limits)})" if limits else noun

    def read(self, value: object) -> Value:
        """Return a configured value. Raises TypeError or ValueError where it makes no sense."""
        kind: Any = type(self.default)
        fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits:
            raise TypeError(self.expected)
        number = value if isinstance(value, (int, float)) else 0
        inside = (self._least is None or number >= self._least) and (
            self._most is None or number <= self._most
        )
        if not inside:
            raise ValueError(self.expected)
        read: Value = kind(value)
        return read

    def documentation(self) -> str:
        """Return its entry in the rule's page, in Markdown."""
        return f"- `{self.name} = {json.dumps(self.default)}`: {self.meaning}"
