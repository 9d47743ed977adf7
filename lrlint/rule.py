"""What a rule is.

A rule is a class in a module that an entry point of the group ``lrlint.rules`` names; its docstring
is its documentation, its ``VALID`` and ``INVALID`` snippets are its tests. It reads facts and
yields findings, and may say why it does not report its subject (:class:`Silence`)::

    class TMaxMismatch(Rule):
        \"""The cosine does not end where training ends. …\"""

        code, name, severity = "LR201", "t-max-mismatch", Severity.ERROR
        schedulers = frozenset({"CosineAnnealingLR"})

        def check(self, schedule: Schedule) -> Iterator[Finding]:
            ...
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points, metadata
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar

from lrlint.diagnostics import Severity, Sketch
from lrlint.errors import PluginError
from lrlint.facts import Place, Schedule, Training
from lrlint.fix import Applicability, Change
from lrlint.option import Option
from lrlint.snippets import Diff, script

Subject = TypeVar("Subject")
Cause = TypeVar("Cause")

ENTRY_POINT_GROUP = "lrlint.rules"
OWN_RULES = "lrlint_rules"
_CODE = re.compile(r"[A-Z]+[0-9]+")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Note:
    """A related place and what is to be said of it."""

    message: str
    place: Place


@dataclass(frozen=True)
class Proposal:
    """A fix that a rule proposes: changes asked of places, all in the file of the finding."""

    applicability: Applicability
    message: str
    changes: tuple[tuple[Place, Change], ...]


@dataclass(frozen=True)
class Finding:
    """What a rule found, before places are resolved to rows and columns."""

    rule: Rule
    severity: Severity
    message: str
    place: Place
    notes: tuple[Note, ...] = ()
    fix: Proposal | None = None
    sketches: tuple[Sketch, ...] = ()
    """The LR as it is planned and as it is."""


@dataclass(frozen=True)
class Silence:
    """Why a rule does not report its subject at a place: what ``--verbose`` lists."""

    rule: Rule
    place: Place
    reason: str
    """A sentence without a full stop, with the script's numbers where there are any."""
    owner: str | None = None
    """The code of the rule that reports the defect instead."""


@dataclass(frozen=True)
class Exclusion(Generic[Subject, Cause]):
    """A row of a rule's table of the cases that it does not report."""

    case: Callable[[Subject], Cause | None]
    """Returns what excludes the subject; None or False where nothing does."""
    reason: str | Callable[[Cause], str]
    owner: str | None = None
    """The code of the rule that reports the defect instead."""


@dataclass(frozen=True)
class Invalid:
    """A snippet that must draw exactly one finding of the rule.

    The finding must point at the row whose text is ``at``, or at ``row`` where several rows have
    that text. ``fixed`` is the whole snippet after the fix, or what the fix changes; None: there
    is no fix. The message must contain the words ``says``. ``also`` are the codes of other
    findings of error severity. Snippets are dedented, and their first row is row 1.
    """

    code: str
    at: str | None = None
    row: int | None = None
    fixed: str | Diff | None = None
    says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def script(self) -> str:
        """Return the text to lint."""
        return script(self.code)

    def expected_row(self) -> int | None:
        """Return the row of the finding; raise ValueError where ``at`` is not exactly one row."""
        if self.at is None:
            return self.row
        rows = [row.strip() for row in self.script().splitlines()]
        if rows.count(self.at) != 1:
            raise ValueError(f"{rows.count(self.at)} rows of the snippet are {self.at!r}")
        return rows.index(self.at) + 1

    def expected_fix(self) -> str | None:
        """Return the text after the fix, None where there is no fix."""
        if isinstance(self.fixed, Diff):
            return self.fixed.apply(self.script())
        return None if self.fixed is None else script(self.fixed)


class Rule:
    """Base class of all rules. Stateless: one instance serves every file."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    schedulers: ClassVar[frozenset[str] | None] = None
    """The laws that :meth:`check` is asked about; None for all."""
    runs_only: ClassVar[bool] = False
    """Whether the rule judges only what was recorded of a run."""
    positioned: ClassVar[bool] = False
    """Whether it also judges schedulers whose steps take a position, as timm's do."""
    exclusions: ClassVar[Sequence[Exclusion[Schedule, Any]]] = ()
    """The cases that the rule does not report, see :meth:`excluded`; the first that applies counts.

    They do not concern schedules that :meth:`check` ignores before it asks.
    """
    VALID: ClassVar[Sequence[str]] = ()
    INVALID: ClassVar[Sequence[Invalid]] = ()

    def check(self, schedule: Schedule) -> Iterable[Finding | Silence]:
        """Judge one schedule."""
        return ()

    def check_hand_written(self, schedule: Schedule) -> Iterable[Finding | Silence]:
        """Judge a schedule that the script writes into the param groups itself."""
        return ()

    def check_training(self, training: Training) -> Iterable[Finding | Silence]:
        """Judge what concerns several schedules, or an optimizer, at once."""
        return ()

    def finding(
        self,
        at: Place,
        message: str,
        *,
        severity: Severity | None = None,
        notes: Iterable[tuple[str, Place | None]] = (),
        fix: Proposal | None = None,
        sketches: tuple[Sketch, ...] = (),
    ) -> Finding:
        """Return a finding of this rule; notes whose place is None are left out."""
        return Finding(
            rule=self,
            severity=self.severity if severity is None else severity,
            message=message,
            place=at,
            notes=tuple(Note(text, place) for text, place in notes if place is not None),
            fix=fix,
            sketches=sketches,
        )

    def silence(self, at: Place, reason: str, *, owner: str | None = None) -> Silence:
        """Say why this rule does not report its subject."""
        return Silence(self, at, reason, owner)

    def excluded(self, schedule: Schedule) -> Silence | None:
        """Return why this rule does not report the schedule; None where no exclusion applies."""
        return self.first(self.exclusions, schedule, schedule.place)

    def first(
        self, table: Iterable[Exclusion[Subject, Any]], subject: Subject, at: Place
    ) -> Silence | None:
        """Return the first row of a table that applies, as a silence at a place."""
        for row in table:
            if cause := row.case(subject):
                reason = row.reason if isinstance(row.reason, str) else row.reason(cause)
                return self.silence(at, reason, owner=row.owner)
        return None

    @classmethod
    def options(cls) -> dict[str, Option[Any]]:
        """Return the options that the rule declares, by name."""
        found = (vars(base).values() for base in reversed(cls.__mro__))
        return {
            value.name: value for values in found for value in values if isinstance(value, Option)
        }

    def configured(self, values: Mapping[str, object]) -> Rule:
        """Return this rule with other values for options, given by name; they must be checked."""
        other = copy(self)
        options = self.options()
        vars(other).update({options[name].attribute: value for name, value in values.items()})
        return other

    @classmethod
    def documentation(cls) -> str:
        """Return the rule's page, in Markdown."""
        page = inspect.cleandoc(cls.__doc__ or "")
        options = cls.options().values()
        if not options:
            return page
        head, references, end = page.partition("## References")
        entries = [
            "## Options",
            f"In `[tool.lrlint.rules.{cls.code}]`, with their defaults:",
            "\n".join(option.documentation() for option in options),
        ]
        return "\n\n".join([head.rstrip(), *entries, references + end]).rstrip()

    @classmethod
    def summary(cls) -> str:
        """Return the first sentence of the page."""
        return cls.documentation().partition("\n\n")[0].replace("\n", " ")

    @classmethod
    def url(cls) -> str | None:
        """Return the address of the page, None where there is none; a plugin's rules override this.

        A rule that lrlint ships has a page in lrlint's documentation; of another plugin's, the
        address is that of the plugin's documentation.
        """
        package = cls.__module__.partition(".")[0]
        if package != OWN_RULES:
            return _plugin_address(package)
        address = documentation_address()
        return None if address is None else f"{address}/rules/{cls.code.lower()}/"


def safe(message: str, *changes: tuple[Place, Change]) -> Proposal:
    """Return a fix that keeps the meaning of the script."""
    return Proposal(Applicability.SAFE, message, changes)


def unsafe(message: str, *changes: tuple[Place, Change]) -> Proposal:
    """Return a fix that a person should read before it is applied."""
    return Proposal(Applicability.UNSAFE, message, changes)


@cache
def documentation_address(distribution: str = "lrlint") -> str | None:
    """Return the address of the documentation that a package's metadata name, without a last slash.

    Without such metadata there are no links: an address that does not exist helps nobody.
    """
    urls: list[str] = metadata(distribution).get_all("Project-URL") or []
    for url in urls:
        label, _, address = url.partition(",")
        if label.strip().lower() == "documentation":
            return address.strip().rstrip("/")
    return None


@cache
def _plugin_address(package: str) -> str | None:
    """Return the address of the documentation of the plugin that has its rules in a package."""
    for point in entry_points(group=ENTRY_POINT_GROUP):
        if point.module.partition(".")[0] == package and point.dist is not None:
            return documentation_address(point.dist.name)
    return None


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return all rules of all installed plugins, by code.

    Raises PluginError where a plugin cannot be loaded or two rules claim one code. The look-up
    costs 20 ms of CPU among 480 installed distributions.
    """
    rules: dict[str, Rule] = {}
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        try:
            found = tuple(rules_of(entry_point.load()))
        except Exception as error:
            source = ", ".join(filter(None, (entry_point.value, _distribution(entry_point))))
            raise PluginError(
                f"the rules of plugin {entry_point.name} ({source}) cannot be loaded:"
                f" {type(error).__name__}: {error}"
            ) from error
        for rule in found:
            other = rules.setdefault(rule.code, rule)
            if type(other) is not type(rule):
                raise PluginError(
                    f"rule code {rule.code} is claimed by {type(other).__module__}"
                    f" and {type(rule).__module__}"
                )
    return tuple(rules[code] for code in sorted(rules))


def distribution_of(rule: Rule) -> str | None:
    """Return name and version of the package that brings a rule; None for lrlint's own rules."""
    module = type(rule).__module__
    if module.startswith(f"{OWN_RULES}."):
        return None
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        if f"{module}.".startswith(f"{entry_point.module}."):
            return _distribution(entry_point) or entry_point.module
    return module.partition(".")[0]


def _distribution(entry_point: EntryPoint) -> str | None:
    found = entry_point.dist
    return None if found is None else f"{found.name} {found.version}"


def rules_of(module: ModuleType) -> Iterator[Rule]:
    """Yield the rules of a module and, where it is a package, of its modules.

    Raises TypeError where a rule lacks what every rule has.
    """
    modules = [module]
    if hasattr(module, "__path__"):
        names = sorted(info.name for info in pkgutil.iter_modules(module.__path__))
        modules += [importlib.import_module(f"{module.__name__}.{name}") for name in names]
    for found in modules:
        for value in vars(found).values():
            if (
                isinstance(value, type)
                and issubclass(value, Rule)
                and value.__module__ == found.__name__
                and hasattr(value, "code")
            ):
                _check_form(value)
                yield value()


def _check_form(rule: type[Rule]) -> None:
    """Raise TypeError where a rule cannot be selected, rated or named."""
    forms = (("code", _CODE, "ACME001"), ("name", _NAME, "my-rule"))
    for attribute, form, words in forms:
        if not form.fullmatch(str(getattr(rule, attribute, ""))):
            raise TypeError(f"the {attribute} of {rule.__name__} must be like {words}")
    if not isinstance(getattr(rule, "severity", None), Severity):
        raise TypeError(f"the severity of {rule.__name__} must be a Severity")
