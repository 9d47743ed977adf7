"""The GitHub action: its shell steps, run as a runner does, and what they read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in ACTION["runs"]["steps"]}

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")

CORRECT = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = torch.optim.SGD(torch.nn.Linear(2, 2).parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=20, eta_min=0.001)
for epoch in range(20):
    optimizer.step()
    scheduler.step()
"""
WRONG = CORRECT.replace("T_max=20", "T_max=50")


class Runner:
    """A runner: runs one step at a time, with the inputs of the action."""

    def __init__(self, folder: Path) -> None:
        self.temp = folder / "temp"
        self.workspace = folder / "work space"
        self.output = folder / "output"
        self.summary = folder / "summary"
        self.temp.mkdir()
        self.workspace.mkdir()

    def install(self) -> None:
        """Put this interpreter's lrlint where the action installs one."""
        bin_ = self.temp / "lrlint" / "bin"
        bin_.mkdir(parents=True)
        for name, start in (("lrlint", " -m lrlint"), ("python", "")):
            (bin_ / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{start} "$@"\n')
            (bin_ / name).chmod(0o755)

    def run(self, step: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step with some inputs; the others have their defaults."""
        given = {name: str(entry["default"]) for name, entry in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        known = {f"inputs.{name}": value for name, value in given.items()}
        known |= {
            "runner.temp": str(self.temp),
            "github.action_path": str(ROOT),
            "steps.python.outputs.python-path": sys.executable,
        }

        def filled(text: str) -> str:
            return re.sub(r"\$\{\{\s*(\S+)\s*\}\}", lambda match: known[match[1]], text)

        wanted = STEPS[step]
        script = self.temp / "step.sh"
        script.write_text(wanted["run"], encoding="utf-8")
        self.output.write_text("")
        self.summary.write_text("")
        environment = {name: filled(text) for name, text in wanted.get("env", {}).items()}
        files = {"GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary)}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / filled(wanted.get("working-directory", ".")),
            env={**os.environ, **files, "GITHUB_WORKSPACE": str(self.workspace), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def outputs(self) -> dict[str, str]:
        lines = self.output.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    runner = Runner(tmp_path)
    runner.install()
    return runner


def test_nothing_to_report(runner: Runner) -> None:
    (runner.workspace / "train.py").write_text(CORRECT, encoding="utf-8")
    done = runner.run("check")
    assert (done.returncode, done.stdout) == (0, "")
    assert runner.outputs == {"exit-status": "0"}


def test_findings_are_annotations_summary_and_sarif(runner: Runner) -> None:
    folder = runner.workspace / "some project"
    folder.mkdir()
    (folder / "a file.py").write_text(WRONG, encoding="utf-8")
    (folder / "b$(touch pwned).py").write_text(WRONG, encoding="utf-8")
    (folder / "other.py").write_text(WRONG, encoding="utf-8")
    done = runner.run(
        "check",
        paths="a file.py\n\nb$(touch pwned).py\r\n",
        args="--pedantic\n--select=LR2,LR3\n",
        working_directory="some project",
        sarif_file="out.sarif",
    )
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first.startswith("::error ")
    assert ",file=some project/a file.py,line=5," in first
    assert ",file=some project/b$(touch pwned).py,line=5," in second
    assert not (folder / "pwned").exists()
    assert runner.outputs == {"exit-status": "1", "sarif-file": str(folder / "out.sarif")}
    sarif = json.loads((folder / "out.sarif").read_text(encoding="utf-8"))
    assert [found["ruleId"] for found in sarif["runs"][0]["results"]] == ["LR201", "LR201"]
    assert "LR201" in runner.summary.read_text(encoding="utf-8")


def test_what_fails_the_step(runner: Runner) -> None:
    (runner.workspace / "train.py").write_text(WRONG, encoding="utf-8")
    done = runner.run("check", fail_on="never", summary="false", output_format="concise")
    assert done.returncode == 0
    assert "LR201" in done.stdout
    assert runner.summary.read_text() == ""
    assert runner.run("check", fail_on="error").returncode == 1


def test_a_mistake_ends_the_step(runner: Runner) -> None:
    done = runner.run("check", args="--no-such-option", sarif_file="out.sarif")
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert runner.outputs == {"exit-status": "2"}
    assert not (runner.workspace / "out.sarif").exists()


def test_what_an_installation_is_kept_for(runner: Runner) -> None:
    assert runner.run("plan").returncode == 0
    key = runner.outputs["key"]
    assert re.fullmatch("[0-9a-f]{16}", key)
    assert runner.run("plan").returncode == 0
    assert runner.outputs["key"] == key
    assert runner.run("plan", version="0.1.0").returncode == 0
    assert runner.outputs["key"] == "0.1.0"
    done = runner.run("plan", version="0.1; rm -rf .")
    assert done.returncode == 2
    assert done.stdout.startswith("::error::")


def test_other_actions_are_pinned() -> None:
    used = [step["uses"] for step in STEPS.values() if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action) for action in used)


@pytest.mark.skipif("LRLINT_HOOKS" not in os.environ, reason="LRLINT_HOOKS is not set")
@pytest.mark.slow
def test_the_installation(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    done = runner.run("install")
    assert done.returncode == 0, done.stderr
    (runner.workspace / "train.py").write_text(WRONG, encoding="utf-8")
    assert runner.run("check").returncode == 1
