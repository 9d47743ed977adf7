"""The keys of a configuration, as the table in docs/configuration.md and as a JSON schema.

Both are kept in the repository; ``python docs/_hooks/configuration.py`` writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lrlint.linter.config import parse
from lrlint.linter.keys import KEYS, OF_THE_RUN, Key

DOCS = Path(__file__).parents[1]
PAGE, SCHEMA = DOCS / "configuration.md", DOCS / "lrlint.schema.json"
BEGIN, END = "<!-- keys:begin -->\n", "<!-- keys:end -->\n"


def schema() -> dict[str, Any]:
    """Return the JSON schema of ``[tool.lrlint]`` and of ``lrlint.toml``."""
    value = {"type": ["number", "boolean", "string"]}
    numbers = {"anyOf": [value, {"$ref": "#/definitions/numbers"}]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lrlint",
        "description": "The configuration of lrlint: lrlint.toml, or tool.lrlint in pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key) for key in KEYS.values()},
        "definitions": {"numbers": {"type": "object", "additionalProperties": numbers}},
    }


def _property(key: Key) -> dict[str, Any]:
    default = {"default": _value(key.default)} if key.default else {}
    return {
        "description": key.meaning,
        **key.kind.schema,
        **default,
        "examples": [_value(key.example)],
    }


def _value(text: str) -> Any:
    return parse(f"value = {text}")["value"]


def reference() -> str:
    """Return the section of each key, in Markdown."""
    return "\n".join(map(_section, KEYS.values()))


def _section(key: Key) -> str:
    lines = [f"### `{key.name}`", "", key.meaning, ""]
    lines += [f"- Value: {key.kind.noun.replace('<', '&lt;')}{key.kind.after}"]
    lines += [f"- Default: `{key.default}`"] if key.default else ["- Default: none"]
    if key.name in OF_THE_RUN:
        lines += ["- Read from the configuration of the working directory"]
    lines += ["", "```toml", "[tool.lrlint]", f"{key.name} = {key.example}", "```", ""]
    return "\n".join(lines)


def page(text: str) -> str:
    """Return the page with the keys as they are now."""
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + reference() + END + rest.partition(END)[2]


def schema_text() -> str:
    """Return the schema as the file has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
