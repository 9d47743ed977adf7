"""Resumes from a checkpoint on disk: the wrong ones are named, the right ones are silent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import torch_process

import lrlint
from lrlint.diagnostics import Severity
from lrlint.linter.engine import lint_text

from .resumes import BUILDS, EPOCHS, ORDERS, SAVED_AT, Script, class_script, script

JUDGEMENTS = ("LR3", "LR6")
"""Rules that these short schedules offend against, however they are resumed."""

every_cell = pytest.mark.parametrize(
    ("name", "order"),
    [(name, order) for name in BUILDS for order in ORDERS.values()],
    ids=[f"{name}: {order}" for name in BUILDS for order in ORDERS],
)
pytestmark = pytest.mark.filterwarnings("ignore")


def saved(folder: Path, first: Script) -> tuple[Path, list[float]]:
    """Return the checkpoint of a run that ended early, and the LRs of one that did not."""
    whole = first.train(folder / "whole.pt")
    first.train(folder / "part.pt", SAVED_AT)
    return folder / "part.pt", whole[SAVED_AT * len(whole) // EPOCHS :]


def codes(findings: tuple[lrlint.Diagnostic, ...]) -> set[str]:
    return {one.code for one in findings if not one.code.startswith(JUDGEMENTS)}


@every_cell
def test_a_run_names_a_resume_that_changes_the_lr(
    name: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    training = Script(tmp_path / "train.py", script(BUILDS[name], order))
    checkpoint, rest = saved(tmp_path, training)
    with lrlint.watch(mode="record") as watch:
        used = training.train(checkpoint)
    assert watch.recording.notes == ()
    assert (codes(watch.findings) == set()) is (used == pytest.approx(rest, rel=1e-9))


@pytest.mark.parametrize("order", ["build, optimizer", "optimizer, build"])
@pytest.mark.parametrize(("factor", "named"), [("0.95 - 0.05 * epoch", {"LR901"}), ("0.9", set())])
def test_a_factor_that_follows_the_counter_needs_it(
    order: str, factor: str, named: set[str], tmp_path: Path
) -> None:
    build = f"MultiplicativeLR(optimizer, lambda epoch: {factor})"
    training = Script(tmp_path / "train.py", script(build, ORDERS[order]))
    checkpoint, _ = saved(tmp_path, training)
    with lrlint.watch(mode="record") as watch:
        training.train(checkpoint)
    assert codes(watch.findings) == named


@every_cell
def test_the_script_shows_a_resume_that_changes_the_lr(
    name: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    text = script(BUILDS[name], order)
    training = Script(tmp_path / "train.py", text)
    checkpoint, rest = saved(tmp_path, training)
    is_exact = training.train(checkpoint) == pytest.approx(rest, rel=1e-9)
    assert (codes(lint_text(text).diagnostics) == set()) is is_exact


@every_cell
def test_a_class_that_resumes_is_judged_alike(
    name: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    text = class_script(BUILDS[name], order)
    training = Script(tmp_path / "train.py", text)
    checkpoint, rest = saved(tmp_path, training)
    with lrlint.watch(mode="record") as watch:
        is_exact = training.train(checkpoint) == pytest.approx(rest, rel=1e-9)
    assert (codes(watch.findings) == set()) is is_exact
    assert (codes(lint_text(text).diagnostics) == set()) is is_exact


@every_cell
def test_both_runs_in_one_process(name: str, order: tuple[str, ...], tmp_path: Path) -> None:
    training = Script(tmp_path / "train.py", script(BUILDS[name], order))
    rest = saved(tmp_path, training)[1]
    checkpoint = tmp_path / "again.pt"
    with lrlint.watch(mode="record") as watch:
        training.train(checkpoint, SAVED_AT)
        used = training.train(checkpoint)
    named = {one.code for one in watch.findings} & _OF_RESUMES
    assert (named == set()) is (used == pytest.approx(rest, rel=1e-9))


_OF_RESUMES = {"LR209", "LR403", "LR404", "LR412", "LR413", "LR901"}


@pytest.mark.parametrize("name", BUILDS)
def test_a_right_resume_is_not_stopped_in_the_same_process(name: str, tmp_path: Path) -> None:
    training = Script(tmp_path / "train.py", script(BUILDS[name]))
    with lrlint.watch(mode="raise") as watch:
        training.train(tmp_path / "part.pt", SAVED_AT)
        training.train(tmp_path / "part.pt")
    assert codes(watch.findings) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDS)
def test_a_right_resume_in_a_new_process_is_not_stopped(name: str, tmp_path: Path) -> None:
    training = Script(tmp_path / "train.py", script(BUILDS[name]))
    checkpoint, _ = saved(tmp_path, training)
    arguments = ("--mode", "raise", training.path, checkpoint)
    result = torch_process.lrlint("run", *arguments, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "no findings in this run" in result.stderr or "[LR3" in result.stderr


@pytest.mark.parametrize(
    ("before", "after", "numbers", "code"),
    [
        (BUILDS["StepLR"], "StepLR(optimizer, 2, gamma=0.9)", {}, "LR901"),
        ("MultiStepLR(optimizer, [7, 9])", "MultiStepLR(optimizer, [5])", {}, "LR901"),
        ("CosineAnnealingLR(optimizer, 10, 1e-3)", BUILDS["CosineAnnealingLR"], {}, "LR901"),
        (BUILDS["CosineAnnealingLR"], BUILDS["CosineAnnealingLR"], {"epochs": 20}, "LR901"),
        (BUILDS["OneCycleLR"], BUILDS["OneCycleLR"], {"epochs": 20}, "LR901"),
        (BUILDS["SequentialLR"], BUILDS["SequentialLR"], {"epochs": 20}, "LR901"),
        (BUILDS["ExponentialLR"], BUILDS["ExponentialLR"], {"lr": 0.5}, "LR901"),
        (
            "LambdaLR(optimizer, lambda epoch: 1 - epoch / EPOCHS)",
            "LambdaLR(optimizer, lambda epoch: 1 - epoch / EPOCHS)",
            {"epochs": 20},
            "LR901",
        ),
        ("CosineAnnealingLR(optimizer, 10, 2e-3)",) * 2 + ({"epochs": 16}, "LR201"),
    ],
)
def test_what_has_changed_since_the_checkpoint_is_named(
    before: str, after: str, numbers: dict[str, float], code: str, tmp_path: Path
) -> None:
    checkpoint, _ = saved(tmp_path, Script(tmp_path / "first.py", script(before)))
    training = Script(tmp_path / "second.py", script(after, **numbers))
    with lrlint.watch(mode="record") as watch, suppress(ValueError):  # a OneCycleLR at its end
        training.train(checkpoint, int(numbers.get("epochs", EPOCHS)))
    assert codes(watch.findings) == {code}


def test_what_has_replaced_an_argument_is_told(tmp_path: Path) -> None:
    checkpoint, _ = saved(tmp_path, Script(tmp_path / "first.py", script(BUILDS["StepLR"])))
    training = Script(tmp_path / "second.py", script("StepLR(optimizer, 2, gamma=0.9)"))
    with lrlint.watch(mode="record") as watch:
        training.train(checkpoint)
    (finding,) = (one for one in watch.findings if one.code == "LR901")
    assert finding.severity is Severity.ERROR
    assert "gamma=0.5 of the checkpoint in place of gamma=0.9" in finding.message


def test_the_steps_before_the_checkpoint_count(tmp_path: Path) -> None:
    text = script("CosineAnnealingLR(optimizer, 14, 2e-3)")
    training = Script(tmp_path / "train.py", text)
    checkpoint, rest = saved(tmp_path, training)
    with lrlint.watch(mode="record") as watch:
        training.train(checkpoint)
    (finding,) = (one for one in watch.findings if one.code == "LR201")
    assert "T_max is 14, but the scheduler steps 10 times" in finding.message
    assert f"the LR ends at {rest[-1]:.3g}" in finding.message
