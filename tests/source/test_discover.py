"""Which files are linted."""

from __future__ import annotations

import inspect
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lrlint.linter.settings import Patterns
from lrlint.source import STDIN, Found, Unreadable, discover
from lrlint.source.discover import SKIPPED, SUFFIXES


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def found(*paths: Path | str, exclude: Sequence[str] = ()) -> list[str]:
    patterns = Patterns(Path.cwd(), tuple(exclude))

    def excluded(path: Path, is_directory: bool) -> bool:
        return patterns.match_entry(path, is_directory=is_directory)

    return [str(file.path) for file in discover(paths, excluded=excluded)]


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_directory_is_walked_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/z.py", "a/b/c.ipynb", "c.pyw", "d.txt", "e.PY", "a.py", "Makefile")
    assert found(".") == ["a/b/c.ipynb", "a/z.py", "a.py", "b.py", "c.pyw", "e.PY"]


def test_named_files_are_taken_whatever_they_are_called(tmp_path: Path) -> None:
    make(tmp_path, "train", "venv/x.py", "ignored.py")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    assert list(discover(["train", "ignored.py"])) == [
        Found(Path("train"), explicit=True),
        Found(Path("ignored.py"), explicit=True),
    ]
    assert found("venv") == ["venv/x.py"]
    assert found(".") == []


def test_missing_and_stdin() -> None:
    assert list(discover(["nope.py", "-", "-"])) == [
        Unreadable(Path("nope.py"), "no such file or directory"),
        Found(STDIN, explicit=True),
    ]


def test_what_cannot_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stat(path: object, *_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    long = "a" * 300
    assert list(discover([long])) == [Unreadable(Path(long), "cannot be read: File name too long")]
    monkeypatch.setattr(os, "stat", stat)
    assert list(discover(["secret/x.py"])) == [
        Unreadable(Path("secret/x.py"), "cannot be read: Permission denied")
    ]


def test_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "d/b.py")
    assert found("d", "a.py", ".", "./a.py", tmp_path) == ["d/b.py", "a.py"]


@pytest.mark.parametrize("name", sorted(SKIPPED))
def test_skipped_directories(tmp_path: Path, name: str) -> None:
    make(tmp_path, f"{name}/x.py", f"a/{name}/x.py", "a/y.py")
    assert found(".") == ["a/y.py"]


def test_exclude(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "old/b.py", "src/old/c.py", "src/gen_x.py", "run.in", "x.py.txt")
    assert found(".", exclude=["old/", "gen_*"]) == ["a.py"]
    assert found(".", exclude=["/old"]) == ["a.py", "src/gen_x.py", "src/old/c.py"]
    assert found("src", exclude=["src/old"]) == ["src/gen_x.py"]
    assert found("old", exclude=["old/"]) == ["old/b.py"]  # named, so taken


def test_links(tmp_path: Path) -> None:
    make(tmp_path, "p/z_real/a.py", "outside/b.py")
    (tmp_path / "p/a_link").symlink_to("z_real")
    (tmp_path / "p/z_real/loop").symlink_to("..")
    (tmp_path / "p/self").symlink_to("self")
    (tmp_path / "p/broken.py").symlink_to("nowhere")
    (tmp_path / "p/a.py").symlink_to("z_real/a.py")
    (tmp_path / "p/out").symlink_to("../outside")
    assert found("p") == ["p/z_real/a.py", "p/out/b.py"]
    assert found("p/broken.py", "p/a.py") == ["p/broken.py", "p/a.py"]


def test_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "dir.py").mkdir()
    assert found(".") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_directory_that_cannot_be_listed(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir(mode=0o000)
    assert list(discover(["."])) == [
        Unreadable(Path("secret"), "cannot be listed: Permission denied")
    ]


def test_rules_from_above_and_from_git_itself(tmp_path: Path) -> None:
    make(tmp_path, "r/.git/HEAD", "r/a/b/x.py", "r/a/b/y.py", "r/a/b/z.py", "r/a/b/w.py")
    (tmp_path / "r/.git/info").mkdir()
    (tmp_path / "r/.git/info/exclude").write_text("w.py\n")
    (tmp_path / "r/.gitignore").write_text("/a/b/x.py\ny.py\n")
    (tmp_path / "r/a/.gitignore").write_bytes(b"\xef\xbb\xbfz.py\r\n!y.py\r\n")
    assert found("r/a/b") == ["r/a/b/y.py"]


def test_directories_may_be_deeper_than_python_recurses(tmp_path: Path) -> None:
    make(tmp_path, "/".join(["d"] * 250) + "/x.py")
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)  # 1,000 directories would take seconds
    try:
        names = found(".")
    finally:
        sys.setrecursionlimit(usual)
    assert names == ["/".join(["d"] * 250) + "/x.py"]


NAMES = ["a", "b", "ab", "foo", "x.py", "y.py", "foo.py", "a.ipynb", "é.py", "x y.py", "#c.py"]
# fmt: off
PATTERNS = [
    "*", "*.py", "!*.py", "a", "a/", "/a", "/a/", "b/**", "**/b", "**/b/", "a/**/x.py", "!x.py",
    "a/b", "a/b/", "/a/*", "!/a/b", "!a/", "foo*", "f?o", "[a-f]*", "[!a]*.py", "\\#c.py", "#c",
    "x\\ y.py", "x.py ", "**", "/*", "!/b/", "b/*", "*/x.py", "!**/foo.py", "é.py", "!", "//",
    "\\!x.py", "a/**", "", "**/a/**", "!b/**", "/**", "a/*/", "!a/b/x.py", "*.ipynb", "a/b/**/",
    "***", "a/***/x.py", "**o*.p*", "a**b", "f*o*.*y", "*[x]*p?", "x.py   ", "[a", "a\\",
    "*/**/*.py", "**/**/x.py", "a/[!/]/x.py", "*\\.py", "a\\/b", "!*/", "*o*o*",
    "**/a/**/b/**/*.py",
]
# fmt: on


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("seed", range(60))
def test_as_git_sees_it(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    directories = [tmp_path]
    for _ in range(chance.randrange(2, 9)):
        directories.append(chance.choice(directories) / chance.choice(NAMES[:4]))
    for directory in directories:
        directory.mkdir(parents=True, exist_ok=True)
        for name in chance.sample(NAMES[4:], 4):
            (directory / name).write_text("")
        if chance.random() < 0.4:
            lines = chance.sample(PATTERNS, chance.randrange(1, 5))
            (directory / ".gitignore").write_text("\n".join(lines) + "\n")
    for key in ("GIT_DIR", "GIT_CEILING_DIRECTORIES"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-home"))
    subprocess.run(["git", "init", "-q", "."], check=True)
    (tmp_path / ".git/info").mkdir(exist_ok=True)
    (tmp_path / ".git/info/exclude").write_text(chance.choice(["", "foo/\n", "y.py\n!x.py\n"]))
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], check=True, capture_output=True
    )
    names = [name.decode() for name in listed.stdout.split(b"\0") if name]
    expected = sorted(name for name in names if name.endswith(SUFFIXES))
    rules = {str(file): file.read_text() for file in tmp_path.rglob(".gitignore")}
    assert sorted(found(".")) == expected, rules
