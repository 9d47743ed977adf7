"""The page and the JSON schema of the configuration agree with the keys that are read."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from lrlint.linter.config import parse
from lrlint.linter.keys import KEYS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
SCHEMA = ROOT / "docs" / "lrlint.schema.json"
MADE: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "_hooks" / "configuration.py"))
HINT = "run `python docs/_hooks/configuration.py`"


def test_page_and_schema_are_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert MADE["page"](text) == text, HINT
    assert MADE["schema_text"]() == SCHEMA.read_text(encoding="utf-8"), HINT


@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_example_and_default_of_a_key_are_values_of_it(key: Any) -> None:
    for text in filter(None, (key.example, key.default)):
        key.kind.read(parse(f"value = {text}")["value"])


def test_examples_of_the_page_are_configurations() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) > len(KEYS)
    for block in blocks:
        table = parse(block).get("tool", {}).get("lrlint", {})
        for name, value in table.items():
            KEYS[name].kind.read(value)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("", True),
        ("".join(f"{key.name} = {key.example}\n" for key in KEYS.values()), True),
        ("".join(f"{key.name} = {key.default}\n" for key in KEYS.values() if key.default), True),
        ('[rules.LR303]\nshare = 0.2\n[set]\nargs.epochs = 3\n"len(x)" = 4\n', True),
        ('[severity]\nLR3 = "off"\n', True),
        ("slect = []\n", False),
        ('select = "LR1"\n', False),
        ("pedantic = 1\n", False),
        ('fail-on = "sometimes"\n', False),
        ('[severity]\nLR3 = "fatal"\n', False),
        ('per-file-ignores = { "a.py" = "LR1" }\n', False),
        ("set = { x = [1] }\n", False),
    ],
)
def test_schema_accepts_what_lrlint_reads(text: str, valid: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert validator.is_valid(parse(text)) is valid
