"""`lrlint predict` as a table and a picture, and what it says of names that it does not know."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

from lrlint.cli import main

SCRIPT = """
    import torch
    from torch.optim.lr_scheduler import StepLR

    rounds = 4
    adam = torch.optim.Adam([{"params": a}, {"params": b, "lr": 0.5}], lr=0.25)
    halving = StepLR(adam, 2, gamma=0.5)
    for number in range(rounds):
        for batch in batches:
            adam.step()
        halving.step()
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.py"
    path.write_text(dedent(SCRIPT).lstrip(), encoding="utf-8")
    return path


def test_csv_has_a_row_for_each_step_and_group(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--set", "len(batches)=1", "--output-format", "csv"]
    assert main(["predict", *arguments, "train.py"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 8
    assert rows[6] == {
        "filename": "train.py",
        "line": "6",
        "scheduler": "StepLR",
        "variable": "halving",
        "group": "1",
        "step": "3",
        "lr": "0.25",
    }


def test_csv_of_a_long_training_is_thinned(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--set", "len(batches)=100000", "--output-format", "csv"]
    assert main(["predict", *arguments, "train.py"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert 5_000 < len(rows) < 20_000
    assert rows[-1]["step"] == "400000"
    assert {row["lr"] for row in rows} == {"0.25", "0.125", "0.5"}


@pytest.mark.parametrize("name", ["curve.svg", "curve.html"])
def test_the_ending_chooses_the_picture(script: Path, name: str) -> None:
    assert main(["predict", "--set", "len(batches)=3", "--output-file", name, "train.py"]) == 0
    text = (script.parent / name).read_text(encoding="utf-8")
    assert text.count("<polyline") == 2
    for said in ("train.py:6 · StepLR halving", "group 1", "optimizer step"):
        assert said in text
    if name.endswith(".svg"):
        ElementTree.fromstring(text)
    else:
        assert "<td>drop, × 0.5</td>" in text
        assert "<script" not in text


def test_png(script: Path) -> None:
    pytest.importorskip("vl_convert")
    arguments = ["--set", "len(batches)=3", "--output-file", "curve.png"]
    assert main(["predict", *arguments, "train.py"]) == 0
    assert (script.parent / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_png_without_the_library_is_one_line(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    arguments = ["--set", "len(batches)=3", "--output-file", "curve.png"]
    assert main(["predict", *arguments, "train.py"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("lrlint: a PNG needs the extra `report`")
    assert len(said.splitlines()) == 1
    assert not (script.parent / "curve.png").exists()


def test_png_needs_a_file(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--output-format", "png", "train.py"]) == 2
    assert "a PNG needs --output-file" in capsys.readouterr().err


def test_a_picture_says_what_it_cannot_draw(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "--output-format", "svg", "train.py"]) == 0
    out, err = capsys.readouterr()
    assert "Cannot draw the curve: set len(batches)" in out
    assert err.startswith("lrlint: train.py:6: unknown: len(batches). Cannot draw the curve:")


def test_hostile_names_stay_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "<b>&\x1b'\".py"
    Path(name).write_text(dedent(SCRIPT), encoding="utf-8")
    for output_format in ("svg", "html", "csv"):
        main(["predict", "--set", "len(batches)=1", "--output-format", output_format, name])
        text = capsys.readouterr().out
        assert "\x1b" not in text
        assert "<b>" not in text or output_format == "csv"
        if output_format == "svg":
            ElementTree.fromstring(text)


def test_an_unknown_name_brings_suggestions(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "--set", "len(batchs)=3", "train.py"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "lrlint: --set len(batchs): no such name in train.py; did you mean len(batches)?\n"
    )


def test_an_unknown_format_brings_one(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--output-format", "sgv", "train.py"]) == 2
    assert "no format is called 'sgv'; did you mean svg or csv?" in capsys.readouterr().err


def test_an_infinite_lr_is_null_in_json(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(dedent(SCRIPT).replace("2, gamma=0.5", "1, gamma=1e200"), encoding="utf-8")
    arguments = ["--set", "len(batches)=1", "--output-format", "json"]
    assert main(["predict", *arguments, "train.py"]) == 0
    (schedule,) = json.loads(capsys.readouterr().out)["files"][0]["schedules"]
    assert schedule["lr"][0] == [0.25, pytest.approx(0.25e200), None, None]
