"""What a command line overrides of hydra's settings: ``train.py optim=adam optim.lr=1e-3``.

https://hydra.cc/docs/advanced/override_grammar/basic/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lrlint.source.data import parse_data

_KEY = re.compile(r"(\+\+|\+)?(\w+(?:[./]\w+)*)=(.*)", re.DOTALL)
_SWEEP = re.compile(r"[,({]|\A\s*\[.*\[")
"""A choice of several values, a function, or a nested list or dict."""
_LIST = re.compile(r"\[[^\[\](){}]*\]")
_NAMES = {"--config-name": "name", "-cn": "name", "--config-path": "path", "-cp": "path"}
_WITHOUT_EFFECT = frozenset({"--multirun", "-m", "--run", "-r", "--resolve"})


class NotUnderstood(Exception):
    """The command line uses a form that is not modelled, so that nothing is known."""


@dataclass
class Overrides:
    """What a command line says."""

    name: str | None = None
    """``--config-name``"""
    path: str | None = None
    """``--config-path``"""
    values: Mapping[str, str] = field(default_factory=dict)
    """The texts that are given, by keys such as ``optim`` and ``optim.lr``."""

    def settings(self, groups: frozenset[str]) -> Iterator[tuple[list[str], object]]:
        """Yield the path and the value of each setting, in order; ``groups`` are none.

        A value is a plain one of Python's; of several that a sweep tries, the value is
        :data:`SWEPT`.
        """
        for key, text in self.values.items():
            if key not in groups:
                yield re.split(r"[./]", key), _value(text)


SWEPT = object()
"""One of several values, or one that is not understood."""


def overrides(words: Sequence[str]) -> Overrides:
    """Return what a command line overrides; raises :class:`NotUnderstood`."""
    found, values = Overrides(), dict[str, str]()
    left = iter(words)
    for word in left:
        name, equals, text = word.partition("=")
        if name in _NAMES:
            text = text if equals else next(left, "")
            if _NAMES[name] == "name":
                found.name = text
            else:
                found.path = text
            continue
        if word in _WITHOUT_EFFECT:
            continue
        match = _KEY.fullmatch(word)
        if match is None:
            raise NotUnderstood
        values[match[2]] = match[3]
    found.values = values
    return found


def _value(text: str) -> object:
    if _SWEEP.search(text) and not _LIST.fullmatch(text.strip()):
        return SWEPT
    value = parse_data(f"value: {text}", "omegaconf")
    return value["value"] if isinstance(value, dict) and "value" in value else SWEPT
