"""Fixes as SARIF and reviewdog have them: replacements in the text of a script or a notebook."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lrlint.cli import main

HEAD = """\
import torch
o = torch.optim.SGD(net.parameters(), lr=0.1)
s = torch.optim.lr_scheduler.StepLR(o, 30)
"""
LOOP = """\
for epoch in range(90):
    for x, y in loader:
        o.step()
    s.step(){ending}
    print("é😀", s.get_lr(), s.get_lr())
"""


def notebook(**options: Any) -> str:
    loop = LOOP.replace("{ending}", "")
    sources = ["# Title", HEAD, loop.splitlines(keepends=True)]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": one} for one in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, **options)


FILES = {
    "list.ipynb": notebook(indent=1, ensure_ascii=False),
    "ascii.ipynb": notebook(indent=1),
    "one-line.ipynb": notebook(),
    "text.ipynb": notebook(ensure_ascii=False).replace('[\\"', '["'),
    "script.py": HEAD + LOOP.replace("{ending}", "  # ü"),
}


def from_sarif(out: str, text: str) -> list[list[tuple[int, int, str]]]:
    """Return the stretches that each fix replaces."""
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]

    def stretch(one: dict[str, Any]) -> tuple[int, int, str]:
        at = one["deletedRegion"]
        start = starts[at["startLine"] - 1] + at["startColumn"] - 1
        end = starts[at["endLine"] - 1] + at["endColumn"] - 1
        return start, end, one["insertedContent"]["text"]

    (run,) = json.loads(out)["runs"]
    return [
        [stretch(one) for change in fix["artifactChanges"] for one in change["replacements"]]
        for result in run["results"]
        for fix in result.get("fixes", ())
    ]


def from_rdjson(out: str, text: str) -> list[list[tuple[int, int, str]]]:
    """Return the same of reviewdog's format, where columns count bytes."""
    lines = text.split("\n")

    def offset(at: dict[str, int]) -> int:
        before = lines[at["line"] - 1].encode()[: at["column"] - 1].decode()
        return sum(len(line) + 1 for line in lines[: at["line"] - 1]) + len(before)

    return [
        [(offset(one["range"]["start"]), offset(one["range"]["end"]), one["text"])]
        for finding in json.loads(out)["diagnostics"]
        for one in finding.get("suggestions", ())
    ]


@pytest.mark.parametrize(
    ("output_format", "read"), [("sarif", from_sarif), ("rdjson", from_rdjson)]
)
@pytest.mark.parametrize("name", FILES)
def test_replacements_do_what_fix_does(
    name: str,
    output_format: str,
    read: Callable[[str, str], list[list[tuple[int, int, str]]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    text = FILES[name]
    file = tmp_path / name
    file.write_bytes(text.encode())
    only = ("check", "--isolated", "--select", "LR405")
    assert main([*only, "--output-format", output_format, name])
    fixes = read(capfd.readouterr().out, text)
    assert len(fixes) == 2
    after = text
    for fix in reversed(fixes):  # each is made for the file as it is
        for start, end, new in sorted(fix, reverse=True):
            after = after[:start] + new + after[end:]
    main([*only, "--fix", name])
    assert after == file.read_bytes().decode()
    assert after.count("s.get_last_lr()") == 2


def test_suppressed_findings_are_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = HEAD + LOOP.replace("{ending}", "")
    Path("a.py").write_text(text.replace("get_lr())", "get_lr())  # lrlint: ignore - why not?"))
    Path("b.py").write_text(text.replace("get_lr())", "get_lr())  # noqa"))
    Path("c.py").write_text(text)
    Path("d.py").write_text(text)
    assert main(["check", "--write-baseline", "baseline.json", "d.py"]) == 0
    capfd.readouterr()

    def found(*options: str) -> list[tuple[str, object]]:
        arguments = ["check", "--baseline", "baseline.json", "--output-format", "sarif", *options]
        assert main([*arguments, "."]) == 1
        (run,) = json.loads(capfd.readouterr().out)["runs"]
        places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
        names = [place["artifactLocation"]["uri"] for place in places]
        return [
            (name, one.get("suppressions")) for name, one in zip(names, run["results"], strict=True)
        ]

    assert found() == [("c.py", None)] * 2
    for _ in range(2):
        assert found("--show-suppressed") == [
            *[("c.py", [])] * 2,
            *[("a.py", [{"kind": "inSource", "justification": "why not?"}])] * 2,
            *[("b.py", [{"kind": "inSource"}])] * 2,
            *[("d.py", [{"kind": "external"}])] * 2,
        ]
    assert main(["check", "--show-suppressed"]) == 2
    assert "needs --output-format sarif" in capfd.readouterr().err
