"""`lrlint run` finds in each example what `lrlint check` finds, and nothing in its twin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch_process import lrlint

from lrlint.runtime.verdicts import RECORDED

pytest.importorskip("torch")
pytestmark = pytest.mark.slow  # each script trains in a process of its own

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path / "main.py" if path.is_dir() else path
    for path in (ROOT / "examples").iterdir()
    if path.suffix == ".py" or (path / "main.py").is_file()
)


def name(script: Path) -> str:
    return script.parent.name if script.name == "main.py" else script.stem


def pitfall(script: Path) -> str | None:
    stem = name(script)
    return None if stem == "correct" or stem.endswith("_fixed") else stem[:5].upper()


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_the_run_confirms_the_finding(script: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    options = ["--output-format", "json", "--output-file", str(out)]
    done = lrlint("run", *options, str(script.relative_to(ROOT)), cwd=ROOT)
    assert out.is_file(), done.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    runtime = {one["code"] for one in found["runtime"]}
    code = pitfall(script)
    if code is None:
        assert (runtime, found["static"], done.returncode) == (set(), [], 0), done.stderr
        return
    verdicts = {one["code"]: one["verdict"] for one in found["static"]}
    if code in RECORDED:
        assert runtime == {code}
        assert verdicts == {code: "confirmed"}
    else:
        assert verdicts == {code: "not-exercised"}
