"""What a command line overrides of hydra's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis.library.hydra_overrides import NotUnderstood, overrides

from .scripts import UNKNOWN, settings_of_main, write_settings

FILES = {
    "config.yaml": "defaults: [optimizer: sgd, _self_]\nepochs: 10\ntwice: ${epochs}\n",
    "short.yaml": "defaults: [optimizer: adam]\nepochs: 2\n",
    "optimizer/sgd.yaml": "lr: 1e-1\n",
    "optimizer/adam.yaml": "lr: 2e-3\nbetas: [0.9, 0.95]\n",
    "head/wide.yaml": "width: 7\n",
}
SGD = {"lr": 0.1}
ADAM = {"lr": 0.002, "betas": [0.9, 0.95]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_settings(tmp_path, FILES)


def settings(folder: Path, *words: str) -> object:
    """Return the settings of a script that is started with a command line."""
    return settings_after(f"sys.argv = {['train.py', *words]!r}", folder)


def settings_after(line: str, folder: Path) -> object:
    """Return the settings of a script with a line before its function."""
    script = (
        f"import sys\nimport hydra\n\n{line}\n\n"
        "@hydra.main(config_path='conf', config_name='config')\ndef main(cfg):\n    pass\n"
    )
    return settings_of_main(script, folder)


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ((), {"optimizer": SGD, "epochs": 10, "twice": 10}),
        (("epochs=3",), {"optimizer": SGD, "epochs": 3, "twice": 3}),
        (("optimizer=adam",), {"optimizer": ADAM, "epochs": 10, "twice": 10}),
        (
            ("optimizer=adam", "optimizer.lr=5e-4"),
            {"optimizer": {**ADAM, "lr": 0.0005}, "epochs": 10, "twice": 10},
        ),
        (("+head=wide",), {"optimizer": SGD, "epochs": 10, "twice": 10, "head": {"width": 7}}),
        (("+new.depth=4",), {"optimizer": SGD, "epochs": 10, "twice": 10, "new": {"depth": 4}}),
        (("++epochs=[1, 2]",), {"optimizer": SGD, "epochs": [1, 2], "twice": UNKNOWN}),
        (("-m", "epochs=2,3"), {"optimizer": SGD, "epochs": UNKNOWN, "twice": UNKNOWN}),
        (("epochs=range(1,4)",), {"optimizer": SGD, "epochs": UNKNOWN, "twice": UNKNOWN}),
        (("--config-name", "short"), {"optimizer": ADAM, "epochs": 2}),
        (("--config-name=short", "epochs=6"), {"optimizer": ADAM, "epochs": 6}),
        (("--config-path", "elsewhere"), None),
        (("~optimizer",), None),
        (("optimizer=null",), None),
        (("optimizer@other=adam",), None),
        (("--config-dir", "more"), None),
    ],
)
def test_settings_of_a_command_line(folder: Path, words: tuple[str, ...], result: object) -> None:
    assert settings(folder, *words) == result


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("sys.argv.append('epochs=3')", {"optimizer": SGD, "epochs": 3, "twice": 3}),
        (
            "sys.argv.append('epochs=3')\nsys.argv.extend(['optimizer=adam'])",
            {"optimizer": ADAM, "epochs": 3, "twice": 3},
        ),
        ("sys.argv += unseen()", None),
    ],
)
def test_words_that_the_script_adds(folder: Path, line: str, result: object) -> None:
    assert settings_after(line, folder) == result


def test_values_are_those_of_yaml() -> None:
    given = overrides(["a=1", "b.c=true", "d=text", "e=null", "+f/g=1e2"])
    assert given.values["f/g"] == "1e2"
    assert [*given.settings(frozenset({"d"}))] == [
        (["a"], 1),
        (["b", "c"], True),
        (["e"], None),
        (["f", "g"], 100.0),
    ]


@pytest.mark.parametrize("word", ["--help", "epochs", "a.b", "x@y=1", "=1"])
def test_a_form_that_is_not_modelled_is_refused(word: str) -> None:
    with pytest.raises(NotUnderstood):
        overrides([word])
