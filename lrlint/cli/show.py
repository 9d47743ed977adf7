"""``--show-files`` and ``--show-settings``: what a run would lint, and with what settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from lrlint.linter.keys import NEVER, OFF
from lrlint.linter.reader import Reader, Stdin
from lrlint.linter.resolve import Preferences, Resolver
from lrlint.linter.ruleset import Ruleset
from lrlint.linter.settings import Settings, shown
from lrlint.output.summary import count
from lrlint.output.text import clean
from lrlint.source import Found, display_name


def files(paths: Iterable[str], resolver: Resolver, stdin: Stdin | None) -> list[Found]:
    """Return the files that a run would lint, in order."""
    found = Reader(resolver, stdin).discover(paths)
    return [file for file in found if isinstance(file, Found)]


def show_files(paths: Iterable[str], resolver: Resolver, stdin: Stdin | None) -> str:
    """Return the names of the files, one per line."""
    return "".join(f"{clean(display_name(file.path))}\n" for file in files(paths, resolver, stdin))


def show_settings(paths: Iterable[str], resolver: Resolver, stdin: Stdin | None) -> str:
    """Return the settings of the files, each once, as TOML with comments."""
    reader = Reader(resolver, stdin)
    groups: dict[Settings, list[str]] = {}
    for file in files(paths, resolver, stdin):
        path = reader.path(file)
        groups.setdefault(resolver.settings(path), []).append(display_name(path))
    parts = [_of_run(resolver.preferences)]
    parts += [_of_files(settings, names) for settings, names in groups.items()]
    return "\n".join("".join(f"{clean(line)}\n" for line in lines) for lines in parts)


def _of_run(preferences: Preferences) -> Iterator[str]:
    yield "# this run"
    for name, value in asdict(preferences).items():
        if value is not None:
            yield f"{name.replace('_', '-')} = {_toml(value)}"


def _of_files(settings: Settings, names: list[str]) -> Iterator[str]:
    """Yield the settings of files that share them, as lines of TOML."""
    ruleset = Ruleset(settings)
    more = f" and {count(len(names) - 1, 'more file')}" if len(names) > 1 else ""
    yield f"# {names[0]}{more}"
    yield f"# configuration: {', '.join(map(shown, settings.files)) or 'none'}"
    yield f"select = {_toml(sorted(rule.code for rule in ruleset.rules))}"
    yield f"pedantic = {_toml(settings.pedantic)}"
    yield f"fail-on = {_toml(settings.fail_on.label if settings.fail_on else NEVER)}"
    severities = {
        one.selector: one.severity.label if one.severity else OFF for one in settings.severity
    }
    ignores = {
        pattern: list(one.selectors)
        for one in settings.per_file_ignores
        for pattern in one.files.patterns
    }
    options: dict[str, dict[str, object]] = {}
    for option in settings.options:
        options.setdefault(option.rule, {})[option.name] = option.value
    yield f"severity = {_toml(severities)}"
    yield f"per-file-ignores = {_toml(ignores)}"
    yield f"rules = {_toml(options)}"
    yield f"set = {_toml(dict(settings.numbers))}"
    if settings.fixable:
        codes = [rule.code for rule in ruleset.rules if ruleset.may_fix(rule.code)]
        yield f"fixable = {_toml(codes)}"
    if settings.baseline is not None:
        yield f"baseline = {_toml(shown(settings.baseline))}"
    yield f"force-exclude = {_toml(settings.force_exclude)}"
    for one in settings.exclude:
        yield f"exclude = {_toml(list(one.patterns))}  # in {shown(one.base)}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
