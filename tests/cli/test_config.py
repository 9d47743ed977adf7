"""``[tool.lrlint]``: where it is looked for, what it may hold, and how mistakes are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.diagnostics import Severity
from lrlint.errors import ConfigError
from lrlint.linter.config import Patterns, Settings, load


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
    return file


def test_every_key(project: Path) -> None:
    file = write(
        project / "pyproject.toml",
        "[tool.lrlint]",
        'select = ["LR1", "t-max-mismatch"]',
        'extend-select = ["LR6"]',
        'ignore = ["LR104"]',
        'exclude = ["vendored/"]',
        "pedantic = true",
        'fail-on = "never"',
        "[tool.lrlint.per-file-ignores]",
        '"tests/*" = ["LR101"]',
        "[tool.lrlint.severity]",
        'LR301 = "error"',
    )
    settings = load([project / "train.py"])
    (layer,) = settings.layers
    assert layer.select == ("LR1", "t-max-mismatch")
    assert layer.extend_select == ("LR6",)
    assert layer.ignore == ("LR104",)
    assert settings.exclude == (Patterns(project, ("vendored/",)),)
    assert settings.pedantic
    assert settings.fail_on is None
    assert settings.per_file_ignores == (("tests/*", ("LR101",)),)
    assert settings.severity == (("LR301", Severity.ERROR),)
    assert settings.root == project
    assert settings.file == file


def test_the_nearest_file_that_speaks_of_lrlint_is_read(project: Path) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", "pedantic = true")
    write(project / "package" / "pyproject.toml", "[project]", 'name = "package"')
    script = write(project / "package" / "src" / "train.py")
    assert load([script]).file == project / "pyproject.toml"


def test_several_paths_share_the_folder_above_them(project: Path) -> None:
    write(project / "a" / "pyproject.toml", "[tool.lrlint]", "pedantic = true")
    inside, outside = write(project / "a" / "x.py"), write(project / "b" / "y.py")
    assert load([inside, project / "a"]).pedantic
    assert not load([inside, outside]).pedantic


def test_without_any_file_the_defaults_hold(project: Path) -> None:
    assert load([project]) == Settings()


def test_a_named_file_may_hold_the_keys_at_its_top_level(project: Path) -> None:
    file = write(project / "conf" / "lrlint.toml", 'fail-on = "error"')
    settings = load([project], config=file)
    assert settings.fail_on is Severity.ERROR
    assert settings.root == project / "conf"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["selct = []"],
            "pyproject.toml: tool.lrlint: unknown key 'selct'; did you mean 'select'?",
        ),
        (
            ["fail_on = 'error'"],
            "pyproject.toml: tool.lrlint: unknown key 'fail_on'; did you mean 'fail-on'?",
        ),
        (
            ["zzz = 1"],
            "pyproject.toml: tool.lrlint: unknown key 'zzz'; known are select, extend-select,"
            " ignore, exclude, per-file-ignores, severity, pedantic, fail-on",
        ),
        (
            ["select = 'LR1'"],
            "pyproject.toml: tool.lrlint.select:"
            ' expected a list of strings, as ["LR1", "t-max-mismatch"]',
        ),
        (["pedantic = 1"], "pyproject.toml: tool.lrlint.pedantic: expected true or false"),
        (
            ["fail-on = 'sometimes'"],
            'pyproject.toml: tool.lrlint.fail-on: expected "error", "warning", "advice" or "never"',
        ),
        (
            ["severity = { LR1 = 3 }"],
            "pyproject.toml: tool.lrlint.severity:"
            ' expected a table, as { LR301 = "error" } with error, warning or advice',
        ),
        (
            ["per-file-ignores = { 'a.py' = 'LR1' }"],
            "pyproject.toml: tool.lrlint.per-file-ignores:"
            ' expected a table, as { "tests/*" = ["LR101"] }',
        ),
        (
            ["exclude = [1]"],
            'pyproject.toml: tool.lrlint.exclude: expected a list of patterns, as ["vendored/"]',
        ),
    ],
)
def test_mistakes_are_named_in_one_line(project: Path, lines: list[str], message: str) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", *lines)
    with pytest.raises(ConfigError) as error:
        load([project])
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[tool.lrlint]\nselect = [", "pyproject.toml: not valid TOML: "),
        ("[tool]\nlrlint = 3\n", "pyproject.toml: tool.lrlint: expected a table"),
    ],
)
def test_files_that_cannot_be_used(project: Path, content: str, message: str) -> None:
    write(project / "pyproject.toml", content)
    with pytest.raises(ConfigError, match="^" + message):
        load([project])


def test_a_named_file_that_is_missing(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"^nowhere\.toml: No such file or directory$"):
        load([project], config=Path("nowhere.toml"))
