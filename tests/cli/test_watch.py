"""``--watch`` and the line of progress."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from waiting import wait_until

from lrlint.cli import main
from lrlint.cli import progress as progress_module
from lrlint.cli.progress import Progress

TRAIN = """\
from helper import EPOCHS
from torch.optim.lr_scheduler import CosineAnnealingLR
optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=0.001)
for epoch in range(EPOCHS):
    optimizer.step()
    scheduler.step()
"""


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``lrlint --watch train.py``, whose two outputs go to files."""
    (tmp_path / "train.py").write_text(TRAIN)
    with open(tmp_path / "out", "wb") as out, open(tmp_path / "err", "wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "lrlint", "--watch", "train.py", "--output-format", "concise"],
            cwd=tmp_path,
            stdout=out,
            stderr=err,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_watch_lints_after_each_change(watching: subprocess.Popen[bytes], tmp_path: Path) -> None:
    def out() -> str:
        return (tmp_path / "out").read_text()

    def err() -> str:
        return (tmp_path / "err").read_text()

    wait_until(lambda: err().count("watching") == 1)
    assert out().startswith("All clear: 1 file checked")
    # A module that did not exist when the script was linted.
    (tmp_path / "helper.py").write_text("EPOCHS = 90\n")
    wait_until(lambda: "train.py:4:48: error[LR201]" in out())
    (tmp_path / "lrlint.toml").write_text("nonsense = 1\n")
    wait_until(lambda: "unknown key 'nonsense'" in err())
    (tmp_path / "lrlint.toml").write_text('ignore = ["LR201"]\n')
    wait_until(lambda: out().count("All clear") == 2)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=60) == 0
    assert "Traceback" not in err()
    assert "\x1b" not in out() + err()


@pytest.mark.parametrize("other", [["--fix"], ["--diff"], ["-"], ["--output-file", "x"]])
def test_what_cannot_be_watched(other: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", *other]) == 2
    assert "--watch cannot be combined" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(progress_module, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setattr(progress_module, "_LONG", 0)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_progress_comes_and_goes(terminal: Terminal) -> None:
    with Progress() as progress:
        progress(3, 10)
        progress(4, 10)  # too soon for another line
    assert terminal.getvalue() == "\r\x1b[Klinting: 3 of 10 files\r\x1b[K"


def test_a_short_run_shows_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_LONG", 100)
    with Progress() as progress:
        progress(3, 10)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_no_progress_where_nobody_looks(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with Progress() as progress:
        progress(3, 10)
    assert terminal.getvalue() == ""


def test_no_progress_in_a_pipe_or_when_quiet(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Progress(quiet=True) as progress:
        progress(3, 10)
    assert terminal.getvalue() == ""
    pipe = io.StringIO()
    monkeypatch.setattr(progress_module, "sys", SimpleNamespace(stderr=pipe))
    with Progress() as progress:
        progress(3, 10)
    assert pipe.getvalue() == ""


def test_an_interruption_takes_the_line_away(terminal: Terminal) -> None:
    def interrupted() -> None:
        with Progress() as progress:
            progress(3, 10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_progress_of_a_real_run(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "boring.py").write_text("print()\n")
    assert main(["."]) == 0
    assert terminal.getvalue() == "\r\x1b[Klinting: 1 of 1 files\r\x1b[K"
    assert "LRLINT_NO_CACHE" in os.environ
