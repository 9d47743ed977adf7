"""What a command loads: the lint path stays light, and a package imports only what it may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEVER = {
    "altair",
    "libcst.codemod",
    "libcst.matchers",
    "numpy",
    "pandas",
    "plotext",
    "plotille",
    "pygls",
    "pytest",
    "rich",
    "torch",
    "transformers",
    "yaml",
}
ANALYSER = {"libcst", "lrlint.analysis"}

TRAIN = """
import torch

scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
for epoch in range(100):
    for x, y in train_loader:
        optimizer.step()
    scheduler.step()
"""


def loaded(*arguments: str, cwd: Path = ROOT) -> set[str]:
    """Return the modules in memory after ``lrlint …`` has run."""
    code = (
        "import sys\n"
        "from lrlint.cli import main\n"
        "main(sys.argv[1:])\n"
        "print('\\nloaded', *sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(result.stdout.rpartition("\nloaded ")[2].split())


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(TRAIN)
    return path


def test_linting_loads_the_analyser_and_nothing_heavy(script: Path) -> None:
    modules = loaded("check", str(script))
    assert modules & NEVER == set()
    assert modules >= ANALYSER


@pytest.mark.parametrize(
    "options", [["--output-format", "sarif"], ["--select", "LR000"], ["--fix"]]
)
def test_options_load_nothing_heavy_either(script: Path, options: list[str]) -> None:
    assert loaded("check", *options, str(script)) & NEVER == set()


def test_files_without_a_schedule_cost_no_analyser(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("class Model:\n    pass\n")
    for path in (tmp_path, tmp_path / "model.py"):
        modules = loaded("check", str(path))
        assert modules & (NEVER | ANALYSER) == set()
        assert "lrlint.rule" not in modules


def test_known_results_cost_no_engine(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LRLINT_NO_CACHE")
    command = ["check", "--cache-dir", str(script.parent / "cache"), str(script)]
    assert loaded(*command) >= ANALYSER
    modules = loaded(*command)
    assert modules & (NEVER | ANALYSER) == set()
    assert modules & {"lrlint.linter.file_linter", "lrlint.rule"} == set()
    assert modules & {"lrlint.source.relevance", "lrlint.source.suppress"} == set()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"]])
def test_asking_for_help_loads_next_to_nothing(arguments: list[str]) -> None:
    modules = loaded(*arguments)
    assert modules & (NEVER | ANALYSER) == set()
    assert modules & {"lrlint.linter.engine", "lrlint.source", "lrlint.cli.predict"} == set()


def test_package_itself_is_empty_until_it_is_used() -> None:
    code = (
        "import sys, lrlint; print(*(name for name in sys.modules if name.startswith('lrlint.')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


def test_packages_import_only_what_they_may() -> None:
    """The contracts are in pyproject.toml."""
    pytest.importorskip("importlinter")
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
