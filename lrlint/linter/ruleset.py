"""The rules of a file, and what its settings make of their findings."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.diagnostics import Severity
from lrlint.errors import ConfigError
from lrlint.linter.selection import Catalogue, Selection, override, select
from lrlint.linter.settings import Patterns, Settings

if TYPE_CHECKING:
    from lrlint.rule import Rule

UNREADABLE = ("LR000", "unreadable")
"""The rule that has no facts to judge: a file that cannot be read or parsed."""


class Ruleset:
    """The rules that are on with some settings.

    Rules are imported when the first of them is needed, at once where the settings name any, so
    that mistakes in those come up before the work begins.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chooses = bool(
            any(layer.names_rules for layer in settings.layers)
            or settings.severity
            or settings.per_file_ignores
        )
        if self._chooses or settings.fixable or settings.options:
            _ = (self.rules, self._selection, self._severities, self._ignored_in, self._fixable)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are on, with their options as configured."""
        options = self._options
        return tuple(
            rule.configured(options[rule.code]) if rule.code in options else rule
            for rule in self.all_rules
            if rule.code in self._on
        )

    def is_on(self, code: str) -> bool:
        """Whether a rule is on."""
        return code in self._on

    def suggestions(self, text: str) -> list[str]:
        """Return codes and names of rules that resemble a text."""
        return self._catalogue.suggestions(text)

    def rate(self, code: str, own: Severity, reported: Severity) -> Severity | None:
        """Return the severity of a finding; None where the settings do not want it."""
        if not self._chooses:
            return self._shown(code, reported)
        if code not in self._on:
            return None
        return self._shown(code, override(own, reported, self._severities.get(code)))

    def ignores(self, code: str, path: Path) -> bool:
        """Whether a rule is ignored in a file."""
        if not self._settings.per_file_ignores:
            return False
        return any(code in codes and patterns.match(path) for patterns, codes in self._ignored_in)

    def excludes(self, path: Path) -> bool:
        """Whether a file is not to be linted unless it is named."""
        return self._settings.excludes_named(path)

    def may_fix(self, code: str) -> bool:
        """Whether the fixes of a rule are offered."""
        return not self._settings.fixable or code in self._fixable.codes

    def url(self, code: str) -> str | None:
        """Return the address of a rule's page."""
        return next((rule.url() for rule in self.all_rules if rule.code == code), None)

    def _shown(self, code: str, severity: Severity) -> Severity | None:
        if severity > Severity.ADVICE or self._settings.pedantic:
            return severity
        return severity if self._chooses and code in self._selection.advice else None

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """All rules that there are."""
        from lrlint.rule import load_rules

        return load_rules()

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.all_rules)

    @cached_property
    def _selection(self) -> Selection:
        return select(self._catalogue, self._settings.layers, always={UNREADABLE[0]})

    @cached_property
    def _fixable(self) -> Selection:
        return select(self._catalogue, self._settings.fixable)

    @cached_property
    def _on(self) -> frozenset[str]:
        off = {code for code, severity in self._severities.items() if severity is None}
        return self._selection.codes - off

    @cached_property
    def _severities(self) -> dict[str, Severity | None]:
        """The severities that the user sets, None for off; a narrower selector wins."""
        result: dict[str, Severity | None] = {}
        for rating in sorted(
            self._settings.severity,
            key=lambda rating: self._catalogue.specificity(rating.selector),
        ):
            codes = self._catalogue.resolve(rating.selector, rating.origin)
            result |= dict.fromkeys(codes, rating.severity)
        return result

    @cached_property
    def _options(self) -> dict[str, dict[str, object]]:
        """The values of options by rule. Raises ConfigError where one makes no sense."""
        values: dict[str, dict[str, object]] = {}
        for option in self._settings.options:
            rule = self._catalogue.rule(option.rule, option.origin)
            declared, where = rule.options(), f"{option.origin}.{option.rule}"
            if option.name not in declared:
                known = ", ".join(declared)
                hint = f"its options are {known}" if known else "it has none"
                raise ConfigError(f"{where}: unknown option {option.name!r}; {hint}")
            try:
                value = declared[option.name].read(option.value)
            except (TypeError, ValueError) as error:
                raise ConfigError(f"{where}.{option.name}: expected {error}") from None
            values.setdefault(rule.code, {})[option.name] = value
        return values

    @cached_property
    def _ignored_in(self) -> tuple[tuple[Patterns, frozenset[str]], ...]:
        return tuple(
            (
                ignores.files,
                frozenset(
                    code
                    for selector in ignores.selectors
                    for code in self._catalogue.resolve(selector, ignores.origin)
                ),
            )
            for ignores in self._settings.per_file_ignores
        )
