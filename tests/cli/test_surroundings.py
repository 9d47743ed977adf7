"""Hostile surroundings: disks that are full, folders that are gone, names that give commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch_process

from lrlint.cli import main

Run = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files of Unix")

BROKEN = "scheduler = CosineAnnealingLR(\n"
"""A finding that needs no rule."""
FIXABLE = """\
import torch
from torch.optim.lr_scheduler import StepLR
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = StepLR(optimizer, step_size=5, verbose=True)
for epoch in range(10):
    optimizer.step()
    scheduler.step()
"""
EVIL = "\x1b[31m\n::error::x"
"""A name that would colour a terminal and give GitHub a command."""


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lrlint(
    *arguments: str, redirect: str = "", start: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run lrlint in a shell, which can close and redirect its streams."""
    result = subprocess.run(
        ["sh", "-c", f'"$@" {redirect}', "sh", *start, sys.executable, "-m", "lrlint", *arguments],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert_harmless(result)
    return result


def assert_harmless(result: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    assert not re.search(r"^\s*::error::x", result.stdout + result.stderr, re.MULTILINE)


@pytest.fixture
def here(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run lrlint in this process, which shows as much where streams and folders are sound."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        status = main(arguments)
        result = subprocess.CompletedProcess(arguments, status, *capfd.readouterr())
        assert_harmless(result)
        return result

    return run


@pytest.fixture
def plain() -> Sequence[str]:
    """Return what to start a program with so that it may not do more than its user."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may read and write everything")
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


# -- streams


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "train.py"),
        ("check", "--output-format", "sarif", "train.py"),
        ("check", "--diff", "fixable.py"),
        ("predict", "fixable.py"),
        ("rule", "LR101"),
        ("check", "--help"),
    ],
)
def test_full_disk(tmp_path: Path, arguments: Sequence[str]) -> None:
    (tmp_path / "train.py").write_text(BROKEN)
    (tmp_path / "fixable.py").write_text(FIXABLE)
    result = lrlint(*arguments, redirect=">/dev/full")
    assert result.returncode == 2
    assert "No space left on device" in result.stderr


def test_closed_streams(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BROKEN)
    result = lrlint("check", "train.py", redirect=">&-")
    assert (result.returncode, result.stderr) == (
        2,
        "lrlint: cannot write to standard output: it is closed\n",
    )
    result = lrlint("check", "-", redirect="<&-")
    assert (result.returncode, result.stderr) == (2, "lrlint: standard input is closed\n")
    result = lrlint("check", "nowhere.py", "train.py", redirect="2>&-")
    assert result.returncode == 2
    assert "LR000" in result.stdout


# -- folders and files


def test_working_directory_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BROKEN)
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    for path in ("train.py", ".", str(tmp_path / "train.py")):
        result = lrlint("check", path)
        assert result.returncode == 2
        assert result.stderr.endswith("lrlint: the working directory does not exist any more\n")
    assert lrlint("--version").returncode == 0


def test_folder_that_cannot_be_read(tmp_path: Path, plain: Sequence[str]) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "train.py").write_text(BROKEN)
    secret.chmod(0)
    try:
        results = [lrlint("check", path, start=plain) for path in ("secret", "secret/train.py")]
    finally:
        secret.chmod(0o755)
    assert [result.returncode for result in results] == [2, 2]
    assert results[0].stderr == "lrlint: secret: cannot be listed: Permission denied\n"
    assert results[1].stderr == "lrlint: secret/train.py: cannot be read: Permission denied\n"


def test_folder_that_cannot_be_written_to(tmp_path: Path, plain: Sequence[str]) -> None:
    (tmp_path / "locked").mkdir()
    script = tmp_path / "locked/train.py"
    script.write_text(FIXABLE)
    script.parent.chmod(0o555)
    try:
        result = lrlint("check", "--fix", "--unsafe-fixes", "locked", start=plain)
    finally:
        script.parent.chmod(0o755)
    assert script.read_text() == FIXABLE
    assert result.returncode == 2
    assert result.stderr == "lrlint: locked/train.py: cannot be written: Permission denied\n"
    assert "[LR410]" in result.stdout


def test_pipe_that_nothing_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    result = lrlint("check", "pipe.py")
    assert result.returncode == 2
    assert "pipe.py: cannot be read: it is a pipe that nothing is written to" in result.stderr
    os.mkfifo(tmp_path / "pyproject.toml")
    (tmp_path / "train.py").write_text("x = 1\n")
    assert lrlint("check", "train.py").returncode == 0
    assert lrlint("check", "--config", "pyproject.toml", "train.py").returncode == 2


def test_process_substitution_is_read(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None or not os.path.exists("/dev/fd"):
        pytest.skip("needs bash and /dev/fd")
    command = f"{sys.executable} -m lrlint check <(sleep 0.2; printf 'scheduler = StepLR(')"
    result = subprocess.run([bash, "-c", command], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "error[LR000]" in result.stdout


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero")
def test_devices_without_an_end(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").symlink_to("/dev/zero")
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text(BROKEN)
    assert lrlint("check", ".").returncode == 1
    result = lrlint("check", "/dev/zero")
    assert result.returncode == 2
    assert "/dev/zero: cannot be read: it is larger than 256 MiB" in result.stderr


def test_name_that_is_not_utf8_loses_nothing(tmp_path: Path, here: Run) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/k\xff.py"))).write_text(BROKEN)
    for output_format in ("full", "concise", "json", "sarif", "github"):
        result = here("check", "--output-format", output_format, ".")
        assert result.returncode == 1
        assert "LR000" in result.stdout
        assert result.stderr == ""


# -- names


def test_name_of_a_file_is_no_command(tmp_path: Path, here: Run) -> None:
    (tmp_path / f"a{EVIL}.py").write_text(BROKEN)
    (tmp_path / "::error::x.py").write_text(BROKEN)
    for output_format in ("full", "concise", "json", "sarif"):
        assert here("check", "--output-format", output_format, ".").returncode == 1
    for name in (f"a{EVIL}.py", "::error::x.py"):
        (tmp_path / name).write_text("x = 1\n")
        assert here("predict", name).returncode == 0
    assert here("check", f"no{EVIL}.py").returncode == 2
    assert here("check", "--select", EVIL, ".").returncode == 2
    assert here("check", "--config", EVIL, ".").returncode == 2
    assert here("predict", "--set", f"{EVIL}=3", "::error::x.py").returncode == 2


def test_literal_of_a_script_is_no_command(tmp_path: Path, here: Run) -> None:
    (tmp_path / "train.py").write_text(
        "import torch\nfrom torch.optim.lr_scheduler import CosineAnnealingLR\n"
        f"settings = {{{EVIL!r}: 3}}\n"
        "optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)\n"
        f"name = {EVIL!r}\n"
        f"scheduler = CosineAnnealingLR(optimizer, T_max=settings[{EVIL!r}], eta_min=other[name])\n"
        "for epoch in range(7):\n    optimizer.step()\n    scheduler.step()\n"
    )
    result = here("predict", "train.py")
    assert result.returncode == 0
    assert "::error::x" in result.stdout
    assert here("check", "--verbose", "train.py").returncode == 1
    assert here("check", "--diff", "--unsafe-fixes", "train.py").returncode == 1


def test_hint_of_predict_can_be_pasted_into_a_shell(tmp_path: Path, here: Run) -> None:
    (tmp_path / "train.py").write_text(
        "import torch\nfrom torch.optim.lr_scheduler import CosineAnnealingLR\n"
        "optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)\n"
        "scheduler = CosineAnnealingLR(optimizer, T_max=settings[\"';echo${IFS}no;'\"])\n"
        "for epoch in range(7):\n    optimizer.step()\n    scheduler.step()\n"
    )
    result = here("predict", "train.py")
    hint = result.stdout.partition("for example --set ")[2].splitlines()[0].removesuffix(".")
    shown = subprocess.run(["sh", "-c", f"printf %s {hint}"], capture_output=True, text=True)
    assert shown.stdout == "settings[\"';echo${IFS}no;'\"]=100"


# -- runs


@pytest.mark.slow
def test_reports_of_a_run_that_leaves_its_folder_and_closes_its_output(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "train.py").write_text(
        "import os, sys\nos.chdir('elsewhere')\nprint('done')\nsys.stdout.close()\n"
    )
    arguments = ("--output-format", "json", "--output-file", "a.json", "--report", "b.json")
    result = torch_process.lrlint("run", *arguments, "train.py", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")
    assert (tmp_path / "a.json").is_file()
    assert (tmp_path / "b.json").is_file()
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.slow
def test_report_of_a_run_that_cannot_be_written(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "train.py").write_text("import sys\nsys.exit(int(sys.argv[1]))\n")
    for option in ("--output-file", "--report"):
        for script, status in (("0", 2), ("3", 3)):  # the script's own status comes first
            arguments = (option, "nowhere/out.json", "train.py", script)
            result = torch_process.lrlint("run", *arguments, cwd=tmp_path)
            assert result.returncode == status
            assert (
                f"lrlint: cannot write {tmp_path}/nowhere/out.json: No such file" in result.stderr
            )
