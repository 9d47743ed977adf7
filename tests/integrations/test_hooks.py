"""The pre-commit hooks, run by pre-commit and by prek in a scratch repository.

They install lrlint with its dependencies from PyPI, so they are run on request only:
``LRLINT_HOOKS=1 pytest tests/integrations/test_hooks.py``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
RUNNERS = ("pre-commit", "prek")

requested = pytest.mark.skipif("LRLINT_HOOKS" not in os.environ, reason="LRLINT_HOOKS is not set")

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
FIXABLE = CORRECT.replace("eta_min=0.001", "eta_min=0.001, verbose=True")


def run(folder: Path, *command: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    for name in ("user", "author", "committer"):
        environment |= {f"GIT_{name.upper()}_NAME": "a", f"GIT_{name.upper()}_EMAIL": "a@b.c"}
    if home is not None:
        environment |= {"PRE_COMMIT_HOME": str(home), "PREK_HOME": str(home)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def committed(folder: Path) -> str:
    """Make a repository of a folder; return the commit."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        done = run(folder, "git", *command)
        assert done.returncode == 0, done.stderr
    return run(folder, "git", "rev-parse", "HEAD").stdout.strip()


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Provide lrlint as it is here in a repository of its own, and the commit."""
    folder = tmp_path_factory.mktemp("clone")
    for name in run(ROOT, "git", "ls-files").stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder, committed(folder)


@pytest.fixture
def project(tmp_path: Path, clone: tuple[Path, str]) -> Path:
    """Provide a repository that uses both hooks, the second on request."""
    folder = tmp_path / "project"
    (folder / "vendored").mkdir(parents=True)
    (folder / ".pre-commit-config.yaml").write_text(
        "repos:\n"
        f"  - repo: {clone[0]}\n"
        f"    rev: {clone[1]}\n"
        "    hooks:\n"
        "      - id: lrlint\n"
        "      - id: lrlint-fix\n"
        "        stages: [manual]\n",
        encoding="utf-8",
    )
    (folder / "pyproject.toml").write_text(
        '[tool.lrlint]\nexclude = ["vendored/"]\n', encoding="utf-8"
    )
    (folder / "vendored" / "wrong.py").write_text(WRONG, encoding="utf-8")
    (folder / "correct.py").write_text(CORRECT, encoding="utf-8")
    committed(folder)
    return folder


def test_the_manifest_is_valid(runner: str) -> None:
    done = run(ROOT, runner, "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout + done.stderr


@requested
@pytest.mark.slow
def test_hooks(runner: str, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp(f"home-of-{runner}")
    done = run(project, runner, "run", "--all-files", home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    (project / "wrong.py").write_text(WRONG, encoding="utf-8")
    (project / "fixable.py").write_text(FIXABLE, encoding="utf-8")
    run(project, "git", "add", "-A")
    done = run(project, runner, "run", home=home)
    assert done.returncode == 1
    assert "LR201" in done.stdout
    assert "LR410" in done.stdout
    assert "wrong.py:5" in done.stdout
    assert "vendored" not in done.stdout
    done = run(
        project, runner, "run", "lrlint-fix", "--hook-stage", "manual", "--all-files", home=home
    )
    assert done.returncode == 1
    assert (project / "fixable.py").read_text(encoding="utf-8") == CORRECT
    assert (project / "wrong.py").read_text(encoding="utf-8") == WRONG
    assert (project / "vendored" / "wrong.py").read_text(encoding="utf-8") == WRONG
