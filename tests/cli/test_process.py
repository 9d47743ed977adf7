"""``lrlint`` as a process: pipes that close, interruptions, entry points."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import wait_until

BROKEN = "scheduler = CosineAnnealingLR(\n"
"""A finding that needs no rule."""


def waiting_bytes(pipe: int) -> int:
    """Return the number of bytes in a pipe that nobody has read."""
    import fcntl
    import termios

    size = fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4)
    return int.from_bytes(size, sys.byteorder)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    for number in range(300):
        (tmp_path / f"train{number:03}.py").write_text(BROKEN)
    return tmp_path


def test_reader_that_goes_away_is_not_an_error(scripts: Path) -> None:
    command = f"{sys.executable} -m lrlint check . | head -n 1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", command], cwd=scripts, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.splitlines()[1:] == ["1"]
    assert result.stderr == ""


def test_closed_standard_error_is_not_an_error(scripts: Path) -> None:
    command = f"{sys.executable} -m lrlint check nowhere.py train000.py 2>&1 >/dev/null | true"
    status = subprocess.run(["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"], cwd=scripts)
    assert status.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interruption_ends_quietly(tmp_path: Path) -> None:
    fifo = tmp_path / "endless.py"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)
    os.write(writer, b"x = 1\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "lrlint", "check", str(fifo)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: waiting_bytes(writer) == 0)  # it has read them and waits for more
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(writer)
    # The empty line ends the one on which the terminal shows ^C.
    assert (process.returncode, out, err) == (130, "", "\nlrlint: interrupted\n")


def test_module_and_script_are_the_same(tmp_path: Path) -> None:
    script = shutil.which("lrlint", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("lrlint is not installed as a script")
    (tmp_path / "train.py").write_text(BROKEN)
    results = [
        subprocess.run([*command, "."], cwd=tmp_path, capture_output=True, text=True)
        for command in ([script], [sys.executable, "-m", "lrlint"])
    ]
    assert results[0].stdout == results[1].stdout
    assert results[0].returncode == results[1].returncode == 1


def test_terminal_that_knows_no_unicode_gets_escapes(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("name = 'é'; scheduler = StepLR(\n", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "lrlint", "train.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert r"1 | name = '\xe9'; scheduler = StepLR(" in result.stdout
