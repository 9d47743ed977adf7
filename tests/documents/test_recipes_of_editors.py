"""docs/editors.md and docs/ci.md: what can be tried without an editor or a CI system."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
EDITORS = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_problem_matcher_reads_a_finding() -> None:
    (task,) = json.loads(blocks(EDITORS, "json")[1])["tasks"]
    command = task["command"].split()
    assert command[:1] == ["lrlint"]
    example = "examples/lr101_step_in_batch_loop.py"
    done = subprocess.run(
        [sys.executable, "-m", *command[:-1], example],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    pattern = task["problemMatcher"]["pattern"]
    match = re.match(pattern["regexp"], done.stdout.splitlines()[0])
    assert match is not None
    read = {key: match[group] for key, group in pattern.items() if key != "regexp"}
    assert read.pop("message").startswith("step-in-batch-loop: T_max=10 epochs")
    assert read == {
        "file": example,
        "line": "33",
        "column": "9",
        "severity": "error",
        "code": "LR101",
    }


def test_the_inputs_of_the_action_are_told() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert re.findall(r"^\| `([\w-]+)` \|", CI, re.MULTILINE) == list(action["inputs"])
    (workflow,) = (yaml.safe_load(text) for text in blocks(CI, "yaml") if "jobs:" in text)
    used = workflow["jobs"]["lrlint"]["steps"][1]["with"]
    assert set(used) <= set(action["inputs"])


def test_the_hooks_that_are_told_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert set(re.findall(r"- id: (lrlint\S*)", CI.partition("## GitHub")[0])) == {
        hook["id"] for hook in hooks
    }
