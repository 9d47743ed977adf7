"""The installed command writes each format of the examples, a notebook among them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lrlint.output import FORMATS

ROOT = Path(__file__).parents[2]
LRLINT = Path(sysconfig.get_path("scripts")) / "lrlint"
NOTEBOOK = "examples/lr405_get_lr_call.ipynb"
LINE = next(
    number
    for number, line in enumerate((ROOT / NOTEBOOK).read_text("utf-8").splitlines(), start=1)
    if ".get_lr()" in line
)
"""The line of the notebook's file that its finding is about."""


def jenkins(text: str) -> int:
    return len(list(ElementTree.fromstring(text).iter("failure")))


def lines(pattern: str) -> Callable[[str], int]:
    """Return a function that counts the lines, all of which match a pattern."""

    def count(text: str) -> int:
        assert all(re.fullmatch(pattern, line) for line in text.splitlines())
        return len(text.splitlines())

    return count


COUNTS: dict[str, Callable[[str], int]] = {
    "full": lambda text: len(re.findall(r"^\w+\[LR\d+\] ", text, re.MULTILINE)),
    "concise": lambda text: len(re.findall(r"^examples/\S+(cell \d+:)?\d+:\d+: ", text, re.M)),
    "grouped": lambda text: len(re.findall(r"^  .*\w+\[LR\d+\] ", text, re.MULTILINE)),
    "json": lambda text: len(json.loads(text)),
    "json-lines": lambda text: len([json.loads(line) for line in text.splitlines()]),
    "sarif": lambda text: len(json.loads(text)["runs"][0]["results"]),
    "github": lines(r"::(error|warning) title=lrlint \(LR\d+ [\w-]+\),file=examples/.*::.*"),
    "gitlab": lambda text: len({issue["fingerprint"] for issue in json.loads(text)}),
    "azure": lines(r"##vso\[task\.logissue type=\w+;sourcepath=examples/[^\]]*\].*"),
    "junit": jenkins,
    "rdjson": lambda text: len(json.loads(text)["diagnostics"]),
    "pylint": lines(r"examples/[^:]+:\d+: \[LR\d+\([\w-]+\), (cell \d+)?\] .*"),
    "markdown": lambda text: len(re.findall(r"^\| (error|warning) \| ", text, re.MULTILINE)),
}
IN_FILE = {
    "sarif": f'"startLine": {LINE},',
    "github": f"file={NOTEBOOK},line={LINE},",
    "gitlab": f'"begin": {LINE},',
    "azure": f"sourcepath={NOTEBOOK};linenumber={LINE};",
    "rdjson": f'"line": {LINE},',
    "pylint": f"{NOTEBOOK}:{LINE}:",
}
"""Formats whose readers know lines of files only, and how they name the notebook's."""


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_writes_it(name: str, tmp_path: Path) -> None:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    command = [LRLINT, "check", "--isolated", "examples", "--output-format", name]
    result = subprocess.run(
        [*command, "--output-file", tmp_path / "report"],
        cwd=ROOT, env=plain, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "")
    text = (tmp_path / "report").read_text(encoding="utf-8")
    assert COUNTS[name](text) == 16
    assert IN_FILE.get(name, "") in text
