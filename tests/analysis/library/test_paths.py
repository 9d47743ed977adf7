"""Names of files and open files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.analysis.library import paths
from lrlint.analysis.model.values import Const, File, Opaque
from lrlint.symbolic import Strength

from .scripts import UNKNOWN, get, run, value_of

SETUP = """
import io, os
from pathlib import Path
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("os.path.join('a', 'b.yaml')", "a/b.yaml"),
        ("os.path.join('a', unknown)", UNKNOWN),
        ("os.path.dirname('a/b.yaml')", "a"),
        ("os.path.abspath('b.yaml')", "b.yaml"),
        ("os.fspath(Path('a') / 'b.yaml')", "a/b.yaml"),
        ("Path('a/b.yaml').name", "b.yaml"),
        ("Path('a/b.yaml').stem", "b"),
        ("Path('a/b.yaml').suffix", ".yaml"),
        ("os.fspath(Path('a/b.yaml').parent)", "a"),
        ("Path('a').joinpath('b', 'c').as_posix()", "a/b/c"),
        ("Path('a').resolve().as_posix()", "a"),
        ("Path().as_posix()", "."),
        ("Path('a').owner()", UNKNOWN),
    ],
)
def test_names(code: str, result: object) -> None:
    assert value_of(code, SETUP) == result


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("open('a.json')", "a.json"),
        ("io.open('a.json', 'rb')", "a.json"),
        ("open('a.json', 'w')", None),
        ("Path('a.json').open()", "a.json"),
        ("Path('a.json').open('a')", None),
        ("Path('a.json').read_text()", "a.json"),
        ("open('a.json').read()", "a.json"),
    ],
)
def test_open_files(code: str, name: str | None) -> None:
    value = get(run(f"{SETUP}result = {code}"), "result")
    assert isinstance(value, File if name is not None else Opaque)
    assert name is None or (isinstance(value, File) and value.name == name)


@pytest.mark.parametrize("code", ["os.path.exists({})", "os.path.isfile({})", "Path({}).exists()"])
@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("config.yaml", True),
        ("other.yaml", UNKNOWN),
        ("notes.txt", UNKNOWN),
        ("state.json", UNKNOWN),
    ],
)
def test_only_a_settings_file_exists_for_sure(
    tmp_path: Path, code: str, name: str, result: object
) -> None:
    for existing in ("config.yaml", "notes.txt", "state.json"):
        (tmp_path / existing).write_text("{}")
    assert value_of(code.format(repr(name)), SETUP, tmp_path) == result


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("config.yaml", False),
        ("runs/last_checkpoint.yaml", True),
        ("metrics.json", True),
        ("statement.json", False),
        ("logs/config.yaml", False),
    ],
)
def test_files_that_a_run_leaves_behind(name: str, left: bool) -> None:
    assert paths.is_left_by_a_run(File(name)) is left


def test_a_joined_name_is_as_certain_as_its_weakest_part() -> None:
    file = paths.joined(File("a"), Const("b", Strength.DEFAULT, "args.name"))
    assert file == File("a/b", Strength.DEFAULT)
