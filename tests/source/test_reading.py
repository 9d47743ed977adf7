"""Files that are none: pipes, devices, and what is too large."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from lrlint.source import reading
from lrlint.source.locate import load_imported
from lrlint.source.reading import LARGEST, read_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of Unix")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.py"
    os.mkfifo(path)
    return path


def test_a_file_and_a_link_to_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x\r\n\x00")
    (tmp_path / "b.py").symlink_to("a.py")
    assert read_bytes(tmp_path / "a.py") == read_bytes(tmp_path / "b.py") == b"x\r\n\x00"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "a.py")
    with pytest.raises(IsADirectoryError):
        read_bytes(tmp_path)


def test_a_pipe_is_read_to_its_end_however_slow(pipe: Path) -> None:
    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            for word in (b"slow", b"ly"):
                time.sleep(0.1)
                file.write(word)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_bytes(pipe) == b"slowly"
    writer.join()


def test_a_pipe_that_nothing_is_written_to(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_WAIT", 0.1)
    with pytest.raises(OSError, match="pipe that nothing is written to"):
        read_bytes(pipe)


def test_no_end_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="larger than 256 MiB"):
        read_bytes("/dev/zero")
    with (tmp_path / "sparse.py").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(OSError, match="larger than 256 MiB"):
        read_bytes(tmp_path / "sparse.py")
    assert read_bytes("/dev/null") == b""


def test_an_imported_module_is_a_file(pipe: Path, tmp_path: Path) -> None:
    assert load_imported(pipe) is None
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    assert load_imported(tmp_path / "zero.py") is None


def test_a_large_module_is_followed_if_it_keeps_settings(tmp_path: Path) -> None:
    """A class that a trainer derives from need not speak of training itself."""
    prose = "# Nothing here bears on any number.\n" * 40
    module = tmp_path / "module.py"
    module.write_text(prose)
    assert load_imported(module) is None
    module.write_text(
        f"{prose}class Base:\n    def __init__(self, given):\n        self.args = given\n"
    )
    assert load_imported(module) is not None
