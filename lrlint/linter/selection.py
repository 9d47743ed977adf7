"""Which rules judge which file, and with what severity: codes, prefixes and names resolved."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lrlint.diagnostics import Severity
from lrlint.errors import UnknownSelector

if TYPE_CHECKING:
    from lrlint.rule import Rule

EVERYTHING = "ALL"


@dataclass(frozen=True)
class Layer:
    """The choice that one source makes (the configuration file, then the command line)."""

    select: tuple[str, ...] | None = None
    """None keeps what the layer before chose."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    origin: tuple[tuple[str, str], ...] = ()
    """Each key as messages name it: ``--select``, ``pyproject.toml: tool.lrlint.select``."""

    @property
    def names_rules(self) -> bool:
        named = self.extend_select or self.ignore or self.extend_ignore
        return self.select is not None or bool(named)


class Catalogue:
    """All rules, and the meaning of selectors."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = {rule.code: rule for rule in rules}
        self._names = {rule.name: rule.code for rule in self.rules.values()}

    def match(self, selector: str) -> frozenset[str]:
        """Return the codes that a code, a name or a prefix of codes selects; maybe none."""
        text = selector.strip()
        if text.upper() == EVERYTHING:
            return frozenset(self.rules)
        if text.lower() in self._names:
            return frozenset({self._names[text.lower()]})
        return frozenset(code for code in self.rules if text and code.startswith(text.upper()))

    def resolve(self, selector: str, origin: str) -> frozenset[str]:
        """Do as :meth:`match`, but raise UnknownSelector where nothing matches."""
        codes = self.match(selector)
        if not codes:
            close = self.suggestions(selector)
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise UnknownSelector(f"{origin}: no rule is called {selector.strip()!r}{hint}")
        return codes

    def rule(self, name: str, origin: str) -> Rule:
        """Return the rule of a code or name; raise UnknownSelector where there is none."""
        (code, *others) = sorted(self.resolve(name, origin))
        if others:
            raise UnknownSelector(f"{origin}: {name.strip()!r} is the beginning of several codes")
        return self.rules[code]

    def suggestions(self, text: str) -> list[str]:
        """Return codes and names that resemble ``text``, the likeliest first."""
        wanted = text.strip()
        longer = [name for name in self._names if wanted and name.startswith(wanted.lower())]
        names = longer[:3] or difflib.get_close_matches(wanted.lower(), self._names, n=2)
        # `get_close_matches` prefers the last of equals; reversed, LR210 comes before LR211.
        codes = difflib.get_close_matches(
            wanted.upper(), sorted(self.rules, reverse=True), n=2, cutoff=0.75
        )
        return names or codes

    def specificity(self, selector: str) -> int:
        """Return how narrow a selector is: the longer the narrower, a code or name most of all."""
        text = selector.strip()
        if text.upper() == EVERYTHING:
            return 0
        return 1000 if text.lower() in self._names else len(text)


@dataclass(frozen=True)
class Selection:
    """The rules that are on."""

    codes: frozenset[str]
    advice: frozenset[str] = frozenset()
    """Rules whose advice is shown even without ``pedantic``, because they were selected by name."""


def select(
    catalogue: Catalogue, layers: Iterable[Layer], *, always: Iterable[str] = ()
) -> Selection:
    """Apply the layers in turn; within one, the narrower selector wins, ``ignore`` among equals.

    The rules in ``always`` are off only where they are ignored.
    """
    on = frozenset(catalogue.rules)
    advice: frozenset[str] = frozenset()
    for layer in layers:
        chosen = _chosen(catalogue, layer)
        if layer.select is not None:
            on &= frozenset(always)
        for _, adds, codes in chosen:
            on = on | codes if adds else on - codes
            if adds and all(
                catalogue.rules[code].severity is Severity.ADVICE for code in codes
            ):  # a user who names LR6 wants to see it
                advice |= codes
    return Selection(on, advice & on)


def _chosen(catalogue: Catalogue, layer: Layer) -> list[tuple[int, bool, frozenset[str]]]:
    keys = (
        ("select", layer.select or (), True),
        ("extend-select", layer.extend_select, True),
        ("ignore", layer.ignore, False),
        ("extend-ignore", layer.extend_ignore, False),
    )
    origin = dict(layer.origin)
    chosen = [
        (
            catalogue.specificity(selector),
            adds,
            catalogue.resolve(selector, origin.get(key, key)),
        )
        for key, selectors, adds in keys
        for selector in selectors
    ]
    return sorted(chosen, key=lambda choice: (choice[0], not choice[1]))


def override(own: Severity, reported: Severity, wanted: Severity | None) -> Severity:
    """Return the severity of a finding whose rule the user rates ``wanted`` instead of ``own``.

    A finding that the rule itself rates below its usual severity is never raised.
    """
    if wanted is None:
        return reported
    return min(reported, wanted) if reported < own else wanted
