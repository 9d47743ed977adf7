"""The flake8 plugin, run by the real flake8, says what ``lrlint check`` says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest.importorskip("flake8")
if not any(entry.name == "LR" for entry in entry_points(group="flake8.extension")):
    pytest.skip("lrlint was installed without its flake8 plugin", allow_module_level=True)

Line = tuple[str, int, int, str, str]

PER_BATCH = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

epochs = 10
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.001)
for epoch in range(epochs):
    for inputs, targets in loader:
        optimizer.step()
        scheduler.step()
"""
TOO_SHORT = """\
import torch

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50)
for epoch in range(90):
    train(net, optimizer)
    optimizer.step()
    scheduler.step()
"""
ABRUPT = """\
import torch

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30, gamma=0.01)
for epoch in range(90):
    optimizer.step()
    scheduler.step()
"""
UNRELATED = "print('no scheduler here')\n"


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, "-m", *arguments], input=stdin, capture_output=True, timeout=120
    )
    out, err = result.stdout.decode(), result.stderr.decode()
    assert "Traceback" not in out + err
    return subprocess.CompletedProcess(result.args, result.returncode, out, err)


def by_flake8(*arguments: str, stdin: bytes | None = None) -> list[Line]:
    form = "%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s"
    result = run("flake8", "--select", "LR", "--format", form, *arguments, stdin=stdin)
    assert result.stderr == ""
    rows = [line.split("\t", 4) for line in result.stdout.splitlines()]
    return sorted(
        (path.removeprefix("./"), int(row), int(column), code, text)
        for path, row, column, code, text in rows
    )


def by_lrlint(*arguments: str, stdin: bytes | None = None) -> list[Line]:
    result = run("lrlint", "check", "--output-format", "json", *arguments, stdin=stdin)
    assert result.stderr == ""
    return sorted(
        (
            found["filename"],
            found["location"]["row"],
            found["location"]["column"],
            found["code"],
            f"{found['name']}: {found['message']}",
        )
        for found in json.loads(result.stdout)
    )


def codes(lines: list[Line]) -> list[str]:
    return [line[3] for line in lines]


def test_same_findings(tmp_path: Path) -> None:
    (tmp_path / "per_batch.py").write_text(PER_BATCH)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/too_short.py").write_bytes(TOO_SHORT.replace("\n", "\r\n").encode())
    (tmp_path / "sub/unrelated.py").write_text(UNRELATED)
    (tmp_path / "abrupt.py").write_text(ABRUPT)
    (tmp_path / "latin.py").write_bytes(
        b"# coding: latin-1\n" + PER_BATCH.replace("epochs", "\xe9poques").encode("latin-1")
    )
    (tmp_path / "bom.py").write_bytes(b"\xef\xbb\xbf" + PER_BATCH.encode())
    everything = by_lrlint(".")
    assert sorted(codes(everything)) == ["LR101"] * 3 + ["LR201", "LR301"]
    assert by_flake8(".") == by_flake8("--jobs", "2", ".") == by_flake8("--jobs", "1") == everything
    files = ("per_batch.py", "sub/too_short.py", "latin.py")
    assert by_flake8(*files) == by_lrlint(*files)
    assert run("flake8", "--select", "LR", "sub/unrelated.py").returncode == 0
    assert codes(by_flake8("--extend-ignore", "LR3,LR101", ".")) == ["LR201"]


def test_standard_input(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/settings.py").write_text("epochs = 90\n")
    text = TOO_SHORT.replace("range(90)", "range(settings.epochs)").replace(
        "import torch", "import settings\nimport torch"
    )
    stdin = text.encode()
    expected = by_lrlint("--stdin-filename", "sub/train.py", "-", stdin=stdin)
    assert codes(expected) == ["LR301", "LR201"]
    arguments = ("--stdin-display-name", "sub/train.py", "-")
    assert by_flake8(*arguments, stdin=stdin) == expected
    # What counts is the input, also where a file of that name exists.
    (tmp_path / "sub/train.py").write_text(UNRELATED)
    assert by_flake8(*arguments, stdin=stdin) == expected
    latin = ("# coding: latin-1\n" + text.replace("(90)", "(90)  # \xe9")).encode("latin-1")
    assert by_flake8(*arguments, stdin=latin) == [
        (path, row + 1, column, code, message) for path, row, column, code, message in expected
    ]
    assert [line[0] for line in by_flake8("-", stdin=PER_BATCH.encode())] == ["stdin"]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# lrlint: ignore[LR101]", []),
        ("# lrlint: ignore[step-in-batch-loop]", []),
        ("# lrlint: ignore-file[LR1]", []),
        ("# lrlint: ignore[LR301]", ["LR101", "LR001"]),
        ("# noqa: LR101", []),
        ("# noqa", []),
        ("# noqa: E501", ["LR101"]),
    ],
)
def test_suppressions(tmp_path: Path, comment: str, left: list[str]) -> None:
    text = PER_BATCH.replace("scheduler.step()", f"scheduler.step()  {comment}")
    (tmp_path / "train.py").write_text(text)
    assert codes(by_flake8("train.py")) == left
    assert codes(by_lrlint("train.py")) == left


def test_settings(tmp_path: Path) -> None:
    for name in ("train.py", "other/train.py", "vendored/train.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(PER_BATCH)
        path.with_name("short.py").write_text(TOO_SHORT)
        path.with_name("abrupt.py").write_text(ABRUPT)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.lrlint]\nignore = ["eta-min-zero"]\nexclude = ["vendored/"]\n'
        "pedantic = true\n"
        '[tool.lrlint.per-file-ignores]\n"other/*" = ["LR101"]\n'
        '[tool.lrlint.severity]\nLR201 = "advice"\n'
    )
    expected = by_lrlint(".")
    assert {line[0].partition("/")[0] for line in expected} == {
        "abrupt.py",
        "short.py",
        "other",
        "train.py",
    }
    assert sorted(codes(expected)) == ["LR101", "LR201", "LR201", "LR602", "LR602"]
    assert by_flake8(".") == expected
    # A file that is named is checked wherever it lies.
    assert codes(by_flake8("vendored/train.py")) == codes(by_lrlint("vendored/train.py"))
    assert by_flake8("other") == by_lrlint("other")
    text = PER_BATCH.encode()
    assert by_flake8("--stdin-display-name", "other/new.py", "-", stdin=text) == []
    assert len(by_flake8("--stdin-display-name", "new.py", "-", stdin=text)) == 1


def test_advice_is_given_where_settings_ask_for_it(tmp_path: Path) -> None:
    (tmp_path / "abrupt.py").write_text(ABRUPT)
    assert by_flake8("abrupt.py") == by_lrlint("abrupt.py") == []
    (tmp_path / "pyproject.toml").write_text("[tool.lrlint]\npedantic = true\n")
    assert codes(by_flake8("abrupt.py")) == ["LR602"]
    assert by_flake8("abrupt.py") == by_lrlint("abrupt.py")


def test_file_that_is_not_python_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("scheduler = StepLR(\n")
    result = run("flake8", "--select", "LR,E9", "broken.py")
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["E999"]
    (tmp_path / "bytes.py").write_bytes(b"scheduler = 'StepLR \xff'\n")
    assert by_flake8("bytes.py") == by_lrlint("bytes.py")
    assert codes(by_flake8("bytes.py")) == ["LR000"]


def test_finding_in_an_imported_module(tmp_path: Path) -> None:
    """flake8 reports on one file at a time; nothing is lost, and nothing is reported twice."""
    (tmp_path / "build.py").write_text(
        "from torch.optim.lr_scheduler import CosineAnnealingLR\n\n\n"
        "def build(optimizer, epochs):\n"
        "    return CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.5)\n"
    )
    (tmp_path / "train.py").write_text(
        "import torch\nfrom build import build\n\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "scheduler = build(optimizer, 10)\n"
        "for epoch in range(10):\n    optimizer.step()\n    scheduler.step()\n"
    )
    (found,) = by_lrlint(".")
    assert found[:4] == ("build.py", 5, 63, "LR302")
    (line,) = by_flake8(".")
    assert line[0] == "train.py"
    assert line[3:] == ("LR302", f"{found[4]} (build.py:5:63)")


def test_setting_that_makes_no_sense_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PER_BATCH)
    (tmp_path / "pyproject.toml").write_text("[tool.lrlint]\nselect = ['LR999']\n")
    result = run("flake8", "--select", "LR", "train.py")
    assert result.returncode == 1
    assert "pyproject.toml: tool.lrlint.select: no rule is called 'LR999'" in result.stdout


def test_names_reach_no_terminal_raw(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        TOO_SHORT.replace("50", "sizes['\\x1b[31m\\n::error::x']").replace(
            "import torch\n", "import torch\nsizes = {'\\x1b[31m\\n::error::x': 50}\n"
        )
    )
    lines = by_flake8("train.py")
    assert "LR201" in codes(lines)
    assert "\x1b" not in str(lines)


def test_torch_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PER_BATCH)
    code = (
        "import sys\nfrom flake8.main.cli import main\n"
        "main(['--jobs', '1', '--select', 'LR', 'train.py'])\n"
        "assert 'lrlint.analysis' in sys.modules\n"
        "assert not {'torch', 'numpy', 'pytest'} & sys.modules.keys()\n"
    )
    result = run("flake8", "--version")
    assert "lrlint: " in result.stdout
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
