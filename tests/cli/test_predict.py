"""The command ``lrlint predict``: its output and its exit status."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
Write = Callable[..., Path]

SCRIPT = """
    import argparse

    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR

    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs)
    for epoch in range(args.epochs):
        for x, y in train_loader:
            loss(model(x), y).backward()
            optimizer.step()
        scheduler.step()
"""
OPEN = "len(train_loader)=2"


def cosine(epochs: int, batches: int, lr: float = 0.1) -> list[float]:
    """Return the LR of each optimizer step of SCRIPT."""
    per_epoch = [lr * (1 + math.cos(math.pi * epoch / epochs)) / 2 for epoch in range(epochs)]
    return [lr for lr in per_epoch for _ in range(batches)]


def schedule(out: str) -> dict[str, object]:
    (found,) = json.loads(out)["files"][0]["schedules"]
    assert isinstance(found, dict)
    return found


def test_json_says_what_the_contract_promises(write: Write, run: Run) -> None:
    write(train=SCRIPT)
    status, out, err = run("predict", "--output-format", "json", "--set", OPEN, "train.py")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["schema"] == 1
    (file,) = answer["files"]
    assert file["filename"] == "train.py"
    found = schedule(out)
    assert found["scheduler"] == "CosineAnnealingLR"
    assert found["variable"] == "scheduler"
    assert found["location"] == {"row": 11, "column": 13}
    assert found["optimizer"] == {
        "class": "SGD",
        "variable": "optimizer",
        "location": {"row": 10, "column": 13},
        "lr": [0.1],
    }
    assert found["horizon"] == {
        "parameter": "T_max",
        "expression": "args.epochs",
        "value": 4,
        "unit": "epoch",
    }
    assert found["steps"] == {
        "expression": "args.epochs",
        "value": 4,
        "sites": [{"row": 16, "column": 5, "per": "epoch"}],
    }
    assert found["optimizer_steps"] == {
        "expression": "args.epochs * len(train_loader)",
        "value": 8,
    }
    assert found["unresolved"] == []
    assert found["lr"] == [pytest.approx(cosine(4, 2), rel=1e-9)]


def test_a_default_of_the_script_can_be_set(write: Write, run: Run) -> None:
    write(train=SCRIPT)
    options = ("--output-format", "json", "--set", OPEN, "--set", "args.epochs=3")
    _, out, _ = run("predict", *options, "train.py")
    assert schedule(out)["lr"] == [pytest.approx(cosine(3, 2), rel=1e-9)]


def test_unknown_values_are_named_and_are_not_a_failure(write: Write, run: Run) -> None:
    write(train=SCRIPT)
    status, out, err = run("predict", "--output-format", "json", "train.py")
    assert (status, err) == (0, "")
    found = schedule(out)
    assert found["lr"] is None
    assert found["unresolved"] == ["len(train_loader)"]
    status, out, err = run("predict", "train.py")
    assert (status, err) == (0, "")
    assert "--set 'len(train_loader)=" in out


def test_what_has_no_name_is_not_offered_for_setting(write: Write, run: Run) -> None:
    plateau = SCRIPT.replace("CosineAnnealingLR", "ReduceLROnPlateau")
    write(train=plateau.replace("T_max=args.epochs", "").replace(".step()", ".step(val_loss)"))
    _, out, _ = run("predict", "train.py")
    assert "the metric val_loss" in out
    assert out.endswith(
        "  Cannot draw the curve: set len(train_loader),"
        " for example --set 'len(train_loader)=100'.\n"
    )
    _, out, _ = run("predict", "--set", OPEN, "train.py")
    assert out.endswith("  Cannot draw the curve.\n")


def test_max_steps_cuts_the_list(write: Write, run: Run) -> None:
    write(train=SCRIPT)
    options = ("--output-format", "json", "--set", OPEN, "--max-steps", "3")
    _, out, _ = run("predict", *options, "train.py")
    assert schedule(out)["lr"] == [pytest.approx(cosine(4, 2)[:3], rel=1e-9)]


def test_text_for_a_pipe_has_no_colour(write: Write, run: Run) -> None:
    write(train=SCRIPT)
    status, out, _ = run("predict", "--set", OPEN, "train.py")
    assert status == 0
    assert "\x1b" not in out
    assert out.startswith("train.py:11:13  CosineAnnealingLR `scheduler`\n")


def test_output_file_takes_the_place_of_standard_output(
    write: Write, run: Run, project: Path
) -> None:
    write(train=SCRIPT)
    options = ("--output-format", "json", "--set", OPEN)
    _, expected, _ = run("predict", *options, "train.py")
    status, out, err = run("predict", *options, "--output-file", "curve.json", "train.py")
    assert (status, out, err) == (0, "", "")
    assert (project / "curve.json").read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "epochs", "train.py"], "lrlint: Invalid value for '--set'"),
        (["--max-steps", "-1", "train.py"], "lrlint: Invalid value for '--max-steps'"),
        (["--output-file", "no/where.json", "train.py"], "lrlint: cannot write no/where.json"),
        (["missing.py"], "lrlint: missing.py"),
        (["broken.py"], "lrlint: broken.py:2:7: invalid syntax"),
        (["--set", "args.epochs=many", "train.py"], "lrlint: --set: args.epochs is a number"),
        (["--set", "epoch=1", "train.py"], "lrlint: --set epoch: no such name in train.py"),
        (["--config", "no.toml", "train.py"], "lrlint: no.toml: "),
        (["--config", "set = 1", "train.py"], "lrlint: --config: "),
        ([], "lrlint: Missing argument"),
        (["-m", ""], "lrlint: no module"),
    ],
)
def test_bad_input_is_one_line(write: Write, run: Run, arguments: list[str], message: str) -> None:
    write(train=SCRIPT, broken="optimizer.step()\ndef f(:\n")
    status, _, err = run("predict", *arguments)
    assert status == 2
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_a_bug_of_ours_is_one_line(write: Write, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("lrlint.predict.forecast.forecast", fail)
    write(train=SCRIPT)
    status, _, err = run("predict", "train.py")
    assert status == 2
    assert err.startswith("lrlint: internal error in train.py: KeyError: 'a bug' (")
    assert err.count("\n") == 1


def test_one_unreadable_file_leaves_the_others(write: Write, run: Run) -> None:
    write(train=SCRIPT)
    options = ("--output-format", "json", "--set", OPEN)
    status, out, err = run("predict", *options, "missing.py", "train.py")
    assert status == 2
    assert err.startswith("lrlint: missing.py")
    assert schedule(out)["scheduler"] == "CosineAnnealingLR"


PROJECT = {
    "recipe/__init__.py": "",
    "recipe/settings.py": """
        from dataclasses import dataclass

        @dataclass
        class Settings:
            rounds: int = 9
    """,
    "recipe/engine.py": """
        import torch
        from torch.optim.lr_scheduler import MultiStepLR

        class Engine:
            def __init__(self, settings, model):
                self.settings = settings
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                self.drops = MultiStepLR(self.optimizer, milestones=[5, 20])

            def go(self):
                for epoch in range(self.settings.rounds):
                    self.optimizer.step()
                    self.drops.step()
    """,
}
ENTRY = """
    from {dots}engine import Engine
    from {dots}settings import Settings
    Engine(Settings(), net).go()
"""


@pytest.mark.parametrize("dots", [".", "recipe."])
def test_a_package_is_linted_and_predicted_from_its_entry(
    write: Write, run: Run, dots: str
) -> None:
    for path, text in PROJECT.items():
        write(path, text)
    write("recipe/__main__.py", ENTRY.format(dots=dots))
    for target in (("recipe",), ("recipe/__main__.py",)):
        _, out, _ = run("check", "--output-format", "concise", *target)
        assert "recipe/engine.py:8:61: warning[LR205]" in out
    status, out, err = run("predict", "--output-format", "json", "-m", "recipe")
    assert (status, err) == (0, "")
    found = schedule(out)
    assert found["steps"]["value"] == 9  # type: ignore[index]
    _, from_file, _ = run("predict", "--output-format", "json", "recipe/__main__.py")
    assert schedule(from_file)["lr"] == found["lr"]


def test_a_module_that_is_not_here_is_a_usage_error(run: Run) -> None:
    status, out, err = run("predict", "-m", "absent.module")
    assert (status, out) == (2, "")
    assert "no module absent.module in the working directory" in err


def test_the_configuration_can_be_named_or_left_out(write: Write, run: Run, project: Path) -> None:
    write(train=SCRIPT)
    (project / "lrlint.toml").write_text('set = { "args.epochs" = 5 }')
    (project / "other.toml").write_text('set = { "args.epochs" = 6, "len(train_loader)" = 1 }')

    def steps(*options: str) -> object:
        status, out, err = run("predict", "--output-format", "json", *options, "train.py")
        assert (status, err) == (0, "")
        found = schedule(out)["horizon"]
        assert isinstance(found, dict)
        return found["value"]

    assert steps() == 5
    assert steps("--isolated") == 4
    assert steps("--config", "other.toml") == 6
    assert steps("--config", "set.args.epochs = 7") == 7
    assert steps("--config", "other.toml", "--set", "args.epochs=8") == 8


def test_closed_standard_input_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    message = "lrlint: -:1:1: cannot be read: standard input is closed\n"
    assert run("predict", "-") == (2, "", message)
