"""What linting a file asks of the disk is noted, through every memory that has the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.source.data import read_data
from lrlint.source.disk import CHANGED, UNREAD, Disk, Query, digest
from lrlint.source.locate import load_imported
from lrlint.source.relevance import Relevance

TRAIN = "from helper import build\nbuild()\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "helper.py").write_text("from deeper import make\ndef build(): make()\n")
    (tmp_path / "deeper.py").write_text("def make(): pass\n")
    return tmp_path


def names(asked: set[Query]) -> set[str]:
    return {name for _, _, name, _ in asked}


def test_a_search_notes_what_it_asks(project: Path) -> None:
    relevance = Relevance()
    assert not relevance.may_build(project / "train.py", TRAIN)
    assert {"helper", "deeper"} <= names(relevance.locator.asked)


def test_a_second_file_notes_what_the_first_has_learned(project: Path) -> None:
    relevance = Relevance()
    relevance.may_build(project / "first.py", TRAIN)
    asked: set[Query] = set()
    relevance.locator.asked = asked
    assert not relevance.may_build(project / "second.py", TRAIN.replace("\n", "\n# again\n", 1))
    assert {"helper", "deeper"} <= names(asked)


def test_what_does_not_exist_is_noted_too(project: Path) -> None:
    relevance = Relevance()
    relevance.may_build(project / "train.py", "import missing\nmissing.run()\n")
    assert "missing" in names(relevance.locator.asked)


def test_digests_are_those_of_what_was_read(project: Path) -> None:
    disk = Disk()
    helper = project / "helper.py"
    source = load_imported(helper, disk)
    assert source is not None
    assert disk.digest(helper, 10_000) == digest(source.data)
    assert disk.digest(project / "missing.py", 10_000) == UNREAD
    assert disk.digest(project / "deeper.py", 3) == UNREAD
    settings = project / "settings.json"
    settings.write_bytes(b'{"a":\r\n1}')
    assert read_data(settings, "json", disk) == {"a": 1}
    assert disk.digest(settings, 10_000) == digest(settings.read_bytes())


def test_a_file_that_changes_while_lrlint_runs_has_no_digest(project: Path) -> None:
    disk = Disk()
    helper = project / "helper.py"
    disk.read(helper, 10_000)
    helper.write_text("changed = True\n")
    disk.read(helper, 10_000)
    assert disk.digest(helper, 10_000) == CHANGED
