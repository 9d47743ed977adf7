"""The settings of ``@hydra.main``."""

from __future__ import annotations

from pathlib import Path

import pytest

from .scripts import UNKNOWN, get, plain, run, settings_of_main, write_settings

FILES = {
    "config.yaml": "defaults: [optimizer: sgd, _self_]\nepochs: 10\n",
    "weak.yaml": "defaults: [_self_, optimizer: sgd]\noptimizer: {lr: 9.0}\n",
    "strong.yaml": "defaults: [optimizer: sgd]\noptimizer: {lr: 9.0}\n",
    "nested.yaml": "defaults: [optimizer/deep: adam, optional optimizer: null, hydra/job: x]\n",
    "logged.yaml": "defaults: [hydra: colours, override hydra/sweeper: x, optimizer: sgd]\n",
    "absent.yaml": "defaults: [optimizer: sgd, optional local: none, optional more: large]\n",
    "filled.yaml": (
        "defaults: [optimizer: sgd]\nagain: ${optimizer.lr}\nhome: ${oc.env:X}\n"
        "marks: [4, '${epochs}']\nepochs: 9\n"
    ),
    "entry.yaml": "# @package _global_\ndefaults: [optimizer: sgd]\nepochs: 3\n",
    "saved.yaml": "defaults: [optimizer: sgd, more: model_checkpoint]\n",
    "more/model_checkpoint.yaml": "width: 7\n",
    "more/large.yaml": "width: 9\n",
    "absolute.yaml": "defaults: [/optimizer: sgd]\n",
    "renamed.yaml": "defaults: [optimizer@other: sgd]\n",
    "twice.yaml": "defaults: [twice]\n",
    "empty.yaml": "defaults: [optimizer: none, _self_]\nepochs: 3\n",
    "recipe.yaml": "defaults: [_self_, recipe: long]\nepochs: 3\n",
    "listed.yaml": "defaults: [_self_, recipe: listed]\nepochs: 3\n",
    "deeper.yaml": "defaults: [optimizer/outer: root]\n",
    "recipe/long.yaml": "# @package _global_\nepochs: 90\noptimizer: {lr: 0.4}\n",
    "recipe/listed.yaml": "# @package _global_\ndefaults: [more]\nepochs: 90\n",
    "optimizer/outer/root.yaml": "defaults: [inner: root]\n",
    "optimizer/outer/inner/root.yaml": "# @package _global_\nepochs: 5\n",
    "optimizer/none.yaml": "# nothing is set here\n",
    "optimizer/sgd.yaml": "lr: 0.1\n",
    "optimizer/deep/adam.yaml": "lr: 0.2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_settings(tmp_path, FILES)


def settings(folder: Path, decorator: str) -> object:
    """Return the settings that a decorated function gets."""
    script = f"import hydra\n\n@{decorator}\ndef main(cfg):\n    pass\n"
    return settings_of_main(script, folder)


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("config", {"optimizer": {"lr": 0.1}, "epochs": 10}),
        ("config.yaml", {"optimizer": {"lr": 0.1}, "epochs": 10}),
        ("weak", {"optimizer": {"lr": 0.1}}),
        ("strong", {"optimizer": {"lr": 9.0}}),
        ("nested", {"optimizer": {"deep": {"lr": 0.2}}}),
        ("logged", {"optimizer": {"lr": 0.1}}),
        ("absent", {"optimizer": {"lr": 0.1}, "more": {"width": 9}}),
        ("saved", {"optimizer": {"lr": 0.1}, "more": {"width": 7}}),
        (
            "filled",
            {"optimizer": {"lr": 0.1}, "again": 0.1, "home": UNKNOWN, "marks": [4, 9], "epochs": 9},
        ),
        ("entry", {"optimizer": {"lr": 0.1}, "epochs": 3}),
        ("absolute", None),
        ("renamed", None),
        ("twice", None),
        ("empty", {"optimizer": {}, "epochs": 3}),
        ("recipe", {"epochs": 90, "optimizer": {"lr": 0.4}}),
        ("listed", None),
        ("deeper", None),
        ("missing", None),
    ],
)
def test_a_list_of_defaults(folder: Path, name: str, result: object) -> None:
    assert settings(folder, f"hydra.main(config_path='conf', config_name='{name}')") == result


@pytest.mark.parametrize(
    "decorator",
    [
        "hydra.main(config_path=path, config_name='config')",
        "hydra.main(config_path='conf')",
        "other.main(config_path='conf', config_name='config')",
    ],
)
def test_settings_that_are_not_known(folder: Path, decorator: str) -> None:
    assert settings(folder, decorator) is None


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        (
            "with initialize(version_base=None, config_path='conf'):\n    cfg = compose('config')",
            {"optimizer": {"lr": 0.1}, "epochs": 10},
        ),
        (
            "initialize('conf')\ncfg = compose(config_name='config', overrides=['epochs=4'])",
            {"optimizer": {"lr": 0.1}, "epochs": 4},
        ),
        (
            "initialize_config_dir(config_dir=os.path.abspath('conf'))\ncfg = compose('weak')",
            {"optimizer": {"lr": 0.1}},
        ),
        ("cfg = compose('config')", UNKNOWN),
        ("initialize('conf')\ncfg = compose('config', overrides=unseen)", UNKNOWN),
        ("initialize('conf')\ncfg = compose('renamed')", UNKNOWN),
    ],
)
def test_settings_that_a_script_composes(folder: Path, lines: str, result: object) -> None:
    script = f"import os\nfrom hydra import compose, initialize, initialize_config_dir\n{lines}\n"
    assert plain(get(run(script, folder), "cfg")) == result


def test_what_a_script_overrides_has_the_name_of_the_settings(folder: Path) -> None:
    script = "import hydra\nhydra.initialize('conf')\n"
    script += "cfg = hydra.compose('config', ['epochs=4'])\nn = 2 * cfg.epochs\n"
    number = get(run(script, folder), "n")
    assert str(number) == "2 * cfg.epochs"
