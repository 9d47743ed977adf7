"""What a script loads from its settings files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lrlint.analysis.model.values import DictValue, Instance
from lrlint.symbolic import Expr, Strength

from .scripts import UNKNOWN, get, plain, run, value_of

SETUP = """
import json, toml, tomllib, yaml
from box import Box
from omegaconf import OmegaConf
from pathlib import Path
"""
CONTENT = {"epochs": 10, "optimizer": {"lr": 0.5, "name": "sgd", "milestones": [3, 6]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "config.toml": "epochs = 10\n[optimizer]\nlr = 0.5\nname = 'sgd'\nmilestones = [3, 6]\n",
        "config.yaml": "epochs: 10\noptimizer: {lr: 0.5, name: sgd, milestones: [3, 6]}\n",
        "config.json": json.dumps(CONTENT),
        "checkpoint.json": '{"epochs": 10}',
        "broken.json": "{",
        "strange.yaml": "filled: ${other}\n2: two\n2.5: key\nlarge: 1.0e+20\nnone: null\n",
        "endless.yaml": "a: &a [*a]\n",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("json.load(open('config.json'))", DictValue),
        ("json.loads(Path('config.json').read_text())", DictValue),
        ("yaml.safe_load(open('config.yaml'))", DictValue),
        ("yaml.load(open('config.yaml'), Loader=yaml.Loader)", DictValue),
        ("toml.load('config.toml')", DictValue),
        ("tomllib.loads(Path('config.toml').read_text())", DictValue),
        ("OmegaConf.load('config.yaml')", Instance),
        ("Box.from_json(filename='config.json')", Instance),
        ("Box.from_toml(filename='config.toml')", Instance),
    ],
)
def test_the_content_of_a_file(folder: Path, code: str, kind: type) -> None:
    assert value_of(code, SETUP, folder) == CONTENT
    assert isinstance(get(run(f"{SETUP}result = {code}", folder), "result"), kind)


@pytest.mark.parametrize(
    "code",
    [
        "json.load(open('missing.json'))",
        "json.load(open('broken.json'))",
        "json.load(open('checkpoint.json'))",
        "json.load(open('config.json', 'w'))",
        "json.loads(unknown)",
        "json.load(unknown)",
    ],
)
def test_a_file_that_gives_nothing(folder: Path, code: str) -> None:
    assert value_of(code, SETUP, folder) == UNKNOWN


def test_a_number_is_a_default_under_the_name_of_its_file(folder: Path) -> None:
    config = get(run(f"{SETUP}config = yaml.safe_load(open('config.yaml'))", folder), "config")
    assert isinstance(config, DictValue)
    epochs = config.store.data["epochs"]
    assert isinstance(epochs, Expr)
    assert (str(epochs), epochs.strength) == ("config.yaml › epochs", Strength.DEFAULT)


def test_values_that_are_not_taken(folder: Path) -> None:
    code = f"{SETUP}config = yaml.safe_load(open('strange.yaml'))"
    config = get(run(code, folder), "config")
    assert value_of("config", code, folder) == {
        "filled": UNKNOWN,
        2: "two",
        "large": UNKNOWN,
        "none": None,
    }
    assert isinstance(config, DictValue)
    assert not config.complete


def test_a_list_that_holds_itself_ends(folder: Path) -> None:
    value = value_of("yaml.safe_load(open('endless.yaml'))", SETUP, folder)
    depth = 0
    while value != UNKNOWN:
        assert isinstance(value, (dict, list))
        value = value["a"] if isinstance(value, dict) else value[0]
        depth += 1
    assert depth == 31


READERS_OF_EXPONENTS = {
    "OmegaConf": ("from omegaconf import OmegaConf\ncfg = OmegaConf.load('config.yaml')", 20.0),
    "yacs": (
        "from yacs.config import CfgNode\ncfg = CfgNode()\ncfg.merge_from_file('config.yaml')",
        20.0,
    ),
    "PyYAML": (
        "import yaml\nfrom types import SimpleNamespace\n"
        "cfg = SimpleNamespace(**yaml.safe_load(open('config.yaml')))",
        "2e1",
    ),
}


@pytest.mark.parametrize("reader", READERS_OF_EXPONENTS)
def test_only_to_pyyaml_is_an_exponent_a_text(reader: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("length: 2e1\n")
    script, length = READERS_OF_EXPONENTS[reader]
    found = get(run(f"{script}\nlength = cfg.length\n", tmp_path), "length")
    assert plain(found) == length


@pytest.mark.parametrize(
    ("hook", "known"),
    [("lambda d: SimpleNamespace(**d)", True), ("make", True), ("None", False), ("other", False)],
)
def test_what_json_makes_of_each_dict(folder: Path, hook: str, known: bool) -> None:
    before = f"{SETUP}from types import SimpleNamespace\n\ndef make(entries):\n"
    before += "    return SimpleNamespace(**entries)\n"
    code = f"json.load(open('config.json'), object_hook={hook}).optimizer.lr"
    assert (value_of(f"{code} + 0", before, folder) == 0.5) is known
