"""The cache between processes: several at once, killed ones, other rules, the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

TRAIN = """\
from torch.optim.lr_scheduler import CosineAnnealingLR
optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=0.001)
for epoch in range(50):
    optimizer.step()
    scheduler.step()
"""
RULE = '''\
"""A rule of another package."""
from lrlint.diagnostics import Severity
from lrlint.rule import Rule

class Any(Rule):
    """Finds every scheduler."""

    code, name, severity = "ACME001", "any-scheduler", Severity.WARNING

    def check(self, schedule):
        yield self.finding(schedule.place, "MESSAGE")
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for number in range(6):
        (root / f"train{number}.py").write_text(TRAIN)
    (root / "pyproject.toml").write_text("")
    return root


def start(project: Path, *arguments: str, path: Path | None = None) -> subprocess.Popen[str]:
    environment = {name: os.environ[name] for name in os.environ if name != "LRLINT_NO_CACHE"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    return subprocess.Popen(
        [sys.executable, "-m", "lrlint", *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(project: Path, *arguments: str, path: Path | None = None) -> tuple[int, str, str]:
    process = start(project, *arguments, path=path)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out, err


def test_several_at_once_and_one_that_is_killed(project: Path) -> None:
    expected = run(project, "--no-cache", ".")
    assert not (project / ".lrlint_cache").exists()
    killed = start(project, ".")
    others = [start(project, ".") for _ in range(2)]
    time.sleep(0.8)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    for process in others:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == expected
    assert run(project, ".") == expected
    # As one that was killed while it wrote would have left it.
    (file,) = (project / ".lrlint_cache").glob("*.json")
    file.with_suffix(".tmp").write_bytes(file.read_bytes()[:1000])
    assert run(project, ".") == expected


def test_rules_of_another_package_change(project: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    information = site / "acme-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[lrlint.rules]\nacme = acme_rules\n")
    (site / "acme_rules.py").write_text(RULE)
    arguments = ("--select", "ACME", "train0.py", "--output-format", "concise")
    assert "MESSAGE" in run(project, *arguments, path=site)[1]
    assert "MESSAGE" in run(project, *arguments, path=site)[1]
    (site / "acme_rules.py").write_text(RULE.replace("MESSAGE", "another message"))
    assert "another message" in run(project, *arguments, path=site)[1]
    status, _, err = run(project, *arguments)
    assert (status, "no rule is called 'ACME'" in err) == (2, True)


def test_the_options_of_the_command_line(project: Path, tmp_path: Path) -> None:
    status, out, _ = run(project, "--cache-dir", str(tmp_path / "elsewhere"), "-j", "2", ".")
    assert status == 1
    assert not (project / ".lrlint_cache").exists()
    assert (tmp_path / "elsewhere" / "CACHEDIR.TAG").exists()
    again = run(project, "--cache-dir", str(tmp_path / "elsewhere"), ".")
    assert again[:2] == (1, out)
    (project / "file").touch()
    status, out, err = run(project, "-v", "--cache-dir", "file", ".")
    assert status == 1
    assert [line for line in err.splitlines() if "the cache in file cannot be written" in line]
    assert "removed" in run(project, "clean", "--cache-dir", str(tmp_path / "elsewhere"))[2]
    assert "there is no cache" in run(project, "clean")[2]
    assert not (tmp_path / "elsewhere").exists()


def test_a_run_that_finds_all_in_the_cache_imports_no_analyser(project: Path) -> None:
    run(project, ".")
    program = (
        "import sys; from lrlint.cli import main; main(['.'])\n"
        "print([name for name in ('libcst', 'lrlint.analysis', 'lrlint.rule', 'yaml',"
        " 'multiprocessing', 'importlib.metadata') if name in sys.modules])"
    )
    environment = {name: os.environ[name] for name in os.environ if name != "LRLINT_NO_CACHE"}
    out = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.splitlines()[-1] == "[]"
