"""Which files an import may mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.source import Locator, locate


@pytest.fixture(params=["listed", "asked for one by one"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Folders that are listed, or that hold too much for that."""
    if request.param != "listed":
        monkeypatch.setattr(locate, "_MOST_LISTED", 1)
    for name in (
        "setup.py",
        "optim.py",
        "lib/__init__.py",
        "lib/optim.py",
        "lib/setup.py",
        "lib/deep/nested.py",
        "src/inner.py",
        "both.py",
        "both/__init__.py",
        "tools/train.py",
        "tools/helper.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "folder.py").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("importer", "name", "level", "found"),
    [
        ("tools/train.py", "helper", 0, ["tools/helper.py"]),
        ("tools/train.py", "optim", 0, ["optim.py"]),
        ("tools/train.py", "lib", 0, ["lib/__init__.py"]),
        ("tools/train.py", "lib.optim", 0, ["lib/optim.py"]),
        ("tools/train.py", "lib.deep.nested", 0, ["lib/deep/nested.py"]),
        ("tools/train.py", "inner", 0, ["src/inner.py"]),
        ("tools/train.py", "both", 0, ["both.py", "both/__init__.py"]),
        ("lib/deep/nested.py", "optim", 2, ["lib/optim.py"]),
        ("lib/deep/nested.py", "", 2, ["lib/__init__.py"]),
        ("lib/optim.py", "lib.deep.nested", 0, ["lib/deep/nested.py"]),
        ("lib/optim.py", "", 1, ["lib/__init__.py"]),
        ("optim.py", "folder", 0, []),
        ("optim.py", "missing.optim", 0, []),
        ("optim.py", "lib.missing", 0, []),
        ("optim.py", "lib.deep", 0, []),
        ("optim.py", "torch.optim", 0, []),
    ],
)
def test_the_files_of_a_module(
    importer: str, name: str, level: int, found: list[str], project: Path
) -> None:
    paths = Locator().find(project / importer, name, level)
    assert [path.relative_to(project).as_posix() for path in paths] == found


def test_a_folder_that_a_script_puts_on_its_path(tmp_path: Path) -> None:
    for name in ("lib/losses.py", "one/net/blocks.py", "one/net/heads.py", "other/net/heads.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    script, locator = tmp_path / "tools/train.py", Locator()
    assert [*locator.find(script, "losses", 0)] == [tmp_path / "lib/losses.py"]
    assert [*locator.find(script, "net.blocks", 0)] == [tmp_path / "one/net/blocks.py"]
    assert [*locator.find(script, "net.heads", 0)] == []
    assert [*locator.find(script, "blocks", 0)] == []


def test_a_module_inside_a_package(project: Path) -> None:
    locator = Locator()
    assert [*locator.submodule(project / "lib/__init__.py", "optim")] == [project / "lib/optim.py"]
    assert [*locator.submodule(project / "lib/optim.py", "optim")] == []


@pytest.mark.parametrize(
    ("code", "followed"),
    [
        ("def create(name):\n    from .first import First\n    return First()\n", True),
        ("def create(name):\n    return name\n", False),
    ],
)
def test_a_module_that_chooses_among_its_neighbours_is_followed(
    code: str, followed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "models.py"
    path.write_text(code + "# no word that could bear on it\n" * 40)
    assert (locate.load_imported(path) is not None) is followed
