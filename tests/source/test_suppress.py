"""Comments that silence findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import Suppressions

NAME = "step-in-batch-loop"


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# noqa", True),
        ("#noqa", True),
        ("# NOQA", True),
        ("# NoQA: LR101", True),
        ("# noqa:LR101", True),
        ("# noqa : lr101", True),
        ("# noqa: E501, LR101", True),
        ("# noqa: E501 LR101", True),
        ("# noqa: LR1", True),
        ("# noqa: LR101 because the paper does it", True),
        ("# type: ignore # noqa: LR101", True),
        ("# noqa: step-in-batch-loop", True),
        ("# noqa: E501", False),
        ("# noqa: LR2", False),
        ("# noqa: LR102", False),
        ("# noqa: L", True),  # no code at all, so a bare noqa, as flake8 reads it
        ("# noqax", False),
        ("# lrlint: ignore", True),
        ("# lrlint:ignore", True),
        ("# LRLINT: Ignore[lr101]", True),
        ("# lrlint: ignore[LR]", True),
        ("# lrlint: ignore[LR101, LR2]", True),
        ("# lrlint: ignore[step-in-batch-loop]", True),
        ("# lrlint: ignore [LR101]", True),
        ("# lrlint: ignore[LR2, t-max-mismatch]", False),
        ("# lrlint: ignore[]", False),
        ("# lrlint: ignored", False),
        ("# lrlint: ignore-files", False),
        ("# the lrlint tool", False),
        ("'# noqa'", False),
        ("'''\n# noqa\n'''", False),
        ('f"{x}# noqa"', False),
    ],
)
def test_one_row(comment: str, silenced: bool) -> None:
    found = Suppressions.scan(f"x = 1  {comment}\n")
    assert found.silences("LR101", NAME, 1, 1) is silenced
    assert not found.silences("LR101", NAME, 5, 6)


def test_any_row_of_the_finding_or_its_statement() -> None:
    text = "scheduler = f(\n    a,  # noqa: LR101\n    b,\n)  # noqa: LR2\n"
    assert Suppressions.scan(text).silences("LR101", NAME, 2, 2)
    assert Suppressions.scan(text).silences("LR101", NAME, 1, 2)
    assert not Suppressions.scan(text).silences("LR101", NAME, 1, 4)  # inner rows do not count
    assert not Suppressions.scan(text).silences("LR201", NAME, 3, 3)
    assert Suppressions.scan(text).silences("LR201", NAME, 3, 3, 4)


@pytest.mark.parametrize(
    ("comment", "code", "silenced"),
    [
        ("# lrlint: ignore-file", "LR101", True),
        ("# lrlint: ignore-file[LR3]", "LR301", True),
        ("# lrlint: ignore-file[LR3]", "LR101", False),
    ],
)
def test_whole_file(comment: str, code: str, silenced: bool) -> None:
    assert Suppressions.scan(f"x\n{comment}\n").silences(code, NAME, 77, 78) is silenced


def test_broken_files_are_scanned_too() -> None:
    found = Suppressions.scan("x = (((  # noqa\ny = 'abc\nz = ]]  # lrlint: ignore\n")
    assert [one.row for one in found.found] == [1, 3]


def test_unused_are_only_ours() -> None:
    found = Suppressions.scan(
        "a  # noqa\n"
        "b  # noqa: E501, LR101\n"
        "c  # lrlint: ignore[LR2, LR3]\n"
        "d  # lrlint: ignore\n"
        "# lrlint: ignore-file[LR4]\n"
    )
    assert found.silences("LR201", "t-max", 3, 3)
    assert [(one.row, one.code) for one in found.unused()] == [
        (2, "LR101"),
        (3, "LR3"),
        (4, ""),
        (5, "LR4"),
    ]
    assert found.unused()[1].column == 4
    assert found.unused()[1].text == "lrlint: ignore[LR2, LR3]"


@given(st.text(st.sampled_from("abx#'\"{}()[]\\\n\r:, frnoqalit-LR1"), max_size=60))
def test_scanning_any_text_raises_nothing(text: str) -> None:
    Suppressions.scan(text + "# noqa")
