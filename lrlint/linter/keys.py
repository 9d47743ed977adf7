"""The keys of a configuration: what each may hold, its default, its meaning and an example."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lrlint.diagnostics import Severity
from lrlint.output import FORMATS

NEVER, OFF = "never", "off"

Schema = dict[str, Any]
_STRINGS: Schema = {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True)
class Kind:
    """A kind of value."""

    noun: str
    """The words for it in messages, before an example."""
    read: Callable[[object], Any]
    """Returns the value as the settings have it. Raises TypeError, KeyError or ValueError."""
    schema: Schema = field(hash=False)
    """Its JSON schema."""
    after: str = ""
    """What messages say after the example."""
    examples: bool = True
    """Whether messages need an example."""


@dataclass(frozen=True)
class Key:
    """One key of a configuration."""

    name: str
    kind: Kind
    default: str
    """The default in TOML; empty where there is none."""
    example: str
    """A value in TOML."""
    meaning: str
    """Sentences in Markdown."""

    @property
    def expected(self) -> str:
        """What messages say the value should be."""
        kind = self.kind
        return f"{kind.noun}, as {self.example}{kind.after}" if kind.examples else kind.noun


def strings(value: object) -> tuple[str, ...]:
    """Read a list of strings."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


def _string(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def severity(value: object) -> Severity:
    """Read ``error``, ``warning`` or ``advice``."""
    return Severity.parse(_string(value))


def fail_on(value: object) -> Severity | None:
    """Read a severity; None for ``never``."""
    return None if value == NEVER else severity(value)


def _ratings(value: object) -> Mapping[str, Severity | None]:
    return {key: None if item == OFF else severity(item) for key, item in _table(value).items()}


def _ignores(value: object) -> Mapping[str, tuple[str, ...]]:
    return {pattern: strings(item) for pattern, item in _table(value).items()}


def _options(value: object) -> Mapping[str, Mapping[str, object]]:
    return {rule: _table(options) for rule, options in _table(value).items()}


def _numbers(value: object) -> Mapping[str, object]:
    """Read a table of values; in TOML, ``args.epochs = 3`` without quotes is a table in another."""
    numbers: dict[str, object] = {}
    for name, item in _table(value).items():
        if isinstance(item, dict):
            numbers |= {f"{name}.{rest}": inner for rest, inner in _numbers(item).items()}
        elif isinstance(item, (bool, int, float, str)) and item not in (math.inf, -math.inf):
            numbers[name] = item
        else:
            raise TypeError
    return numbers


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _choice(choices: tuple[str, ...], read: Callable[[object], Any] = _string) -> Kind:
    def check(value: object) -> Any:
        if value not in choices:
            raise KeyError(value)
        return read(value)

    quoted = [f'"{choice}"' for choice in choices]
    noun = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    return Kind(noun, check, {"enum": list(choices)}, examples=False)


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


_SEVERITIES = tuple(one.label for one in reversed(Severity))
RULES = Kind("a list of strings", strings, _STRINGS)
PATTERNS = Kind("a list of patterns", strings, _STRINGS)
BOOLEAN = Kind("true or false", _boolean, {"type": "boolean"}, examples=False)
PATH = Kind("a path", _string, {"type": "string", "minLength": 1})
VERSIONS = Kind("versions", _string, {"type": "string", "minLength": 1})
IGNORES = Kind("a table", _ignores, _map(_STRINGS))
RATINGS = Kind(
    "a table",
    _ratings,
    _map({"enum": [*_SEVERITIES, OFF]}),
    f" with {', '.join(_SEVERITIES)} or {OFF}",
)

OPTIONS = Kind("a table for each rule", _options, _map({"type": "object"}))
NUMBERS = Kind(
    "a table of numbers",
    _numbers,
    {"$ref": "#/definitions/numbers"},
)

_SELECTORS = "Rules are named by code, by the beginning of a code, by name, or all by `ALL`."
_GITIGNORE = "Patterns are written as in a `.gitignore` file in the folder of the configuration."

KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key(
            "extend",
            PATH,
            "",
            '"../pyproject.toml"',
            "Another configuration that is read first. What this one says overrides it; tables are"
            " merged entry by entry. Each file's paths are relative to its own folder.",
        ),
        Key(
            "required-version",
            VERSIONS,
            "",
            '">=0.1"',
            "The versions of lrlint that may read this configuration; any other stops with an"
            " error. Several conditions are separated by commas.",
        ),
        Key(
            "select",
            RULES,
            '["ALL"]',
            '["LR1", "t-max-mismatch"]',
            f"The rules that are on. {_SELECTORS} The narrower name wins over the wider. Advice"
            " is shown only where a rule or prefix of advice is named here, or with `pedantic`.",
        ),
        Key(
            "extend-select",
            RULES,
            "[]",
            '["LR6"]',
            "Rules that are on in addition to those that `select`, here or in a configuration"
            " below, turns on.",
        ),
        Key("ignore", RULES, "[]", '["eta-min-zero"]', "Rules that are off."),
        Key(
            "extend-ignore",
            RULES,
            "[]",
            '["LR6"]',
            "The same as `ignore`; ruff's name for it is understood.",
        ),
        Key(
            "per-file-ignores",
            IGNORES,
            "{}",
            '{ "tests/*" = ["LR101"] }',
            f"Rules that are off in some files. {_GITIGNORE}",
        ),
        Key(
            "severity",
            RATINGS,
            "{}",
            '{ LR301 = "error" }',
            "The severity that findings of a rule have instead of the rule's own; `off` turns the"
            " rule off. The narrower name wins over the wider.",
        ),
        Key(
            "rules",
            OPTIONS,
            "{}",
            "{ LR303 = { share = 0.2 } }",
            "Options of rules; the page of a rule (`lrlint rule LR303`) lists those it has.",
        ),
        Key(
            "set",
            NUMBERS,
            "{}",
            '{ "len(train_loader)" = 391, "args.epochs" = 90 }',
            "Values of names that scripts leave open or to a default, for `check` and `predict`,"
            " as `--set` gives them. They count as what a script says by default.",
        ),
        Key("pedantic", BOOLEAN, "false", "true", "Report findings of severity advice, too."),
        Key(
            "fail-on",
            _choice((*_SEVERITIES, NEVER), fail_on),
            '"warning"',
            '"error"',
            "Minimum severity for exit status 1.",
        ),
        Key(
            "baseline",
            PATH,
            "",
            '"lrlint-baseline.json"',
            "A file that `lrlint check --write-baseline` has written. As many findings of each rule"
            " in each file as it counts are not reported.",
        ),
        Key(
            "exclude",
            PATTERNS,
            "[]",
            '["vendored/"]',
            f"Files and folders that are left out of the folders that are linted. {_GITIGNORE}"
            " Folders such as `.venv` and `node_modules`, and what git ignores, are always left"
            " out.",
        ),
        Key(
            "extend-exclude",
            PATTERNS,
            "[]",
            '["notebooks/old/"]',
            "What is left out in addition to `exclude`, also that of the configuration that is"
            " extended.",
        ),
        Key(
            "force-exclude",
            BOOLEAN,
            "false",
            "true",
            "Leave out what `exclude` matches even where it is named on the command line, as"
            " pre-commit names files.",
        ),
        Key(
            "fixable",
            RULES,
            '["ALL"]',
            '["LR3"]',
            "The rules whose fixes are offered and applied.",
        ),
        Key(
            "unfixable",
            RULES,
            "[]",
            '["t-max-mismatch"]',
            "Rules whose fixes are neither offered nor applied.",
        ),
        Key(
            "output-format",
            _choice(tuple(FORMATS)),
            '"full"',
            '"concise"',
            "How `lrlint check` writes findings.",
        ),
        Key("fix", BOOLEAN, "false", "true", "Apply safe fixes, as `--fix` does."),
        Key(
            "unsafe-fixes",
            BOOLEAN,
            "false",
            "true",
            "With `--fix`, apply the fixes that may change behaviour as well.",
        ),
    )
}
OF_THE_RUN = frozenset({"output-format", "fix", "unsafe-fixes"})
"""Keys that speak of a run and not of a file: those of the working directory's configuration."""
