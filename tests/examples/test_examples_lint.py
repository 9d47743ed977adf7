"""`lrlint check` reports of each example the pitfall in its name, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lrlint.cli import main

ROOT = Path(__file__).parents[2]
# A directory under examples/ is one example of several modules.
EXAMPLES = sorted(
    path
    for path in (ROOT / "examples").iterdir()
    if path.suffix in {".py", ".ipynb"} or (path / "main.py").is_file()
)


def pitfall(example: Path) -> list[str]:
    match = re.match(r"lr\d{3}(?=_)", example.stem)
    return [match[0].upper()] if match and not example.stem.endswith("_fixed") else []


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    lrlint = shutil.which("lrlint", path=str(Path(sys.executable).parent))
    assert lrlint, "lrlint is not installed in this environment"
    return subprocess.run(
        [lrlint, "check", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_reports_exactly_its_pitfall(
    example: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status = main(["check", "--output-format", "json", str(example.relative_to(ROOT))])
    out, err = capfd.readouterr()
    findings = json.loads(out)
    assert [finding["code"] for finding in findings] == pitfall(example), out
    assert status == (1 if findings else 0), err


def test_every_example_at_once() -> None:
    result = check("--output-format", "json", "examples")
    findings = json.loads(result.stdout)
    found = sorted((Path(f["filename"]).parts[1], f["code"]) for f in findings)
    assert found == sorted((path.name, code) for path in EXAMPLES for code in pitfall(path))
    assert result.returncode == 1


def test_corrected_examples_are_clean() -> None:
    clean = [path.relative_to(ROOT) for path in EXAMPLES if not pitfall(path)]
    result = check(*clean)
    assert result.returncode == 0, result.stdout + result.stderr
