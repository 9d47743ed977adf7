"""Writing files: all of it or nothing, and nothing but the content changes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lrlint.source import atomic, replace_file

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old content")
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_mode_and_symbolic_link_stay(path: Path) -> None:
    path.chmod(0o751)
    link = path.with_name("link.py")
    link.symlink_to("a.py")
    replace_file(link, b"new")
    assert path.read_bytes() == b"new"
    assert link.is_symlink()
    assert mode(path) == 0o751
    assert sorted(os.listdir(path.parent)) == ["a.py", "link.py"]


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    path = tmp_path / "fresh.py"
    replace_file(path, b"x")
    umask = os.umask(0)
    os.umask(umask)
    assert mode(path) == 0o666 & ~umask


def test_attributes_stay_and_the_time_is_new(path: Path) -> None:
    os.utime(path, (1, 1))
    try:
        os.setxattr(path, "user.note", b"mine")
    except (AttributeError, OSError):
        pytest.skip("no extended attributes here")
    replace_file(path, b"new")
    assert os.getxattr(path, "user.note") == b"mine"
    assert path.stat().st_mtime > 1


@pytest.mark.parametrize("data", [b"new", b"content that is longer than the old one"])
def test_hard_links_stay(path: Path, data: bytes) -> None:
    other = path.with_name("b.py")
    os.link(path, other)
    replace_file(path, data)
    assert other.read_bytes() == path.read_bytes() == data
    assert path.stat().st_nlink == 2


def test_a_hard_link_that_cannot_be_written_keeps_its_content(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.link(path, path.with_name("b.py"))
    calls = []

    def fail_once(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 1:
            raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail_once)
    with pytest.raises(OSError, match="disk full"):
        replace_file(path, b"new and longer than before")
    assert path.read_bytes() == b"old content"


def test_a_read_only_file_is_left_alone_even_by_root(path: Path) -> None:
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="it is read-only"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old content"
    assert os.listdir(path.parent) == ["a.py"]


@needs_root
def test_the_owner_stays_and_set_uid_does_not(path: Path) -> None:
    os.chown(path, NOBODY, NOBODY)
    path.chmod(0o6755)
    replace_file(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)
    assert mode(path) == 0o755
    path.chmod(0o6755)
    os.link(path, path.with_name("b.py"))
    replace_file(path, b"newer")
    assert path.stat().st_uid == NOBODY
    assert mode(path) == 0o755


@needs_root
def test_a_file_that_cannot_be_given_away_is_overwritten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    os.chown(path, NOBODY, NOBODY)
    number = path.stat().st_ino
    monkeypatch.setattr(os, "chown", refuse)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert (path.stat().st_uid, path.stat().st_ino) == (NOBODY, number)
    assert os.listdir(path.parent) == ["a.py"]


@pytest.mark.parametrize("call", ["replace", "fsync", "chmod"])
def test_what_fails_leaves_the_old_content(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(atomic.os, call, fail)
    with pytest.raises(OSError, match="disk full"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old content"
    assert os.listdir(path.parent) == ["a.py"]
