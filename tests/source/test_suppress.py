"""Comments that silence findings."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlint.source import Suppressions
from lrlint.source.lexical import tokens
from lrlint.source.suppress_edits import Rows, adding, without

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
    assert bool(found.matching("LR101", NAME, 1, 1)) is silenced
    assert not found.matching("LR101", NAME, 5, 6)


def test_any_row_of_the_finding_or_its_statement() -> None:
    text = "scheduler = f(\n    a,  # noqa: LR101\n    b,\n)  # noqa: LR2\n"
    assert Suppressions.scan(text).matching("LR101", NAME, 2, 2)
    assert Suppressions.scan(text).matching("LR101", NAME, 1, 2)
    assert not Suppressions.scan(text).matching("LR101", NAME, 1, 4)  # inner rows do not count
    assert not Suppressions.scan(text).matching("LR201", NAME, 3, 3)
    assert Suppressions.scan(text).matching("LR201", NAME, 3, 3, 4)


@pytest.mark.parametrize(
    ("comment", "code", "silenced"),
    [
        ("# lrlint: ignore-file", "LR101", True),
        ("# lrlint: ignore-file[LR3]", "LR301", True),
        ("# lrlint: ignore-file[LR3]", "LR101", False),
    ],
)
def test_whole_file(comment: str, code: str, silenced: bool) -> None:
    assert bool(Suppressions.scan(f"x\n{comment}\n").matching(code, NAME, 77, 78)) is silenced


def test_broken_files_are_scanned_too() -> None:
    found = Suppressions.scan("x = (((  # noqa\ny = 'abc\nz = ]]  # lrlint: ignore\n")
    assert [one.row for one in found.found] == [1, 3]


@given(st.text(st.sampled_from("abx#'\"{}()[]\\\n\r:, frnoqalit-LR1"), max_size=60))
def test_scanning_any_text_raises_nothing(text: str) -> None:
    Suppressions.scan(text + "# noqa")


def test_places() -> None:
    text = "a  # noqa: E501, LR101 why\nb  # lrlint: ignore [ LR2,t-max ] # more\nc  # noqa\n"
    found = Suppressions.scan(text).found
    assert [(one.row, one.code, text[one.start : one.end]) for one in found] == [
        (1, "E501", "E501"),
        (1, "LR101", "LR101"),
        (2, "LR2", "LR2"),
        (2, "t-max", "t-max"),
        (3, "", "# noqa"),
    ]
    assert [text[slice(*one.directive)] for one in found[1:3]] == [
        "# noqa: E501, LR101",
        "# lrlint: ignore [ LR2,t-max ]",
    ]
    assert text[slice(*found[2].comment)] == "# lrlint: ignore [ LR2,t-max ] # more"


@pytest.mark.parametrize(
    ("comment", "advice"),
    [
        ("# lrlint: disable=LR101", "# lrlint: ignore[LR101]"),
        ("# lrlint: disable=LR101, LR2 because", "# lrlint: ignore[LR101, LR2]"),
        ("# lrlint: disable", "# lrlint: ignore"),
        ("# lrlint:noqa", "# lrlint: ignore"),
        ("# lrlint: noqa: LR101", "# lrlint: ignore[LR101]"),
        ("# lrlint: igonre[LR101]", "# lrlint: ignore[LR101]"),
        ("# lrlint: ignored(step-in-batch-loop)", "# lrlint: ignore[step-in-batch-loop]"),
        ("# lrlint: ignore-next-line[LR1]", "# lrlint: ignore[LR1]"),
        ("# lrlint: disable-file=LR1", "# lrlint: ignore-file[LR1]"),
        ("# lrlint: skip_file", "# lrlint: ignore-file"),
        ("# lrlint ignore[LR101]", "# lrlint: ignore[LR101]"),
        ("# lrlint=ignore", "# lrlint: ignore"),
        ("# lrlint: ignore=LR101", "# lrlint: ignore[LR101]"),
        ("# lrlint: ignore LR101", "# lrlint: ignore[LR101]"),
        ("# lrlint: ignore[]", "# lrlint: ignore"),
        ("# lrlint: ignore", None),
        ("# lrlint: ignore[LR101] as LR201 says", None),
        ("# lrlint: ignore because the paper does it", None),
        ("# lrlint: ignore-file", None),
        ("# lrlint: a linter", None),
        ("# lrlint: ignored by this script", None),
        ("# lrlint reports this, see LR101", None),
        ("# lrlint: see LR101", None),
        ("# lrlint allows this", None),
        ("# noqa: LR101", None),
        ("# for lrlint", None),
    ],
)
def test_what_looks_like_a_suppression_but_is_not_one(comment: str, advice: str | None) -> None:
    found = Suppressions.scan(f"x = 1  {comment}\n").misunderstood
    assert [one.advice for one in found] == ([] if advice is None else [advice])


# -- changes


def removed(text: str, code: str) -> str | None:
    found = Suppressions.scan(text)
    (one,) = (one for one in found.found if one.code == code)
    change = without(text, found, one)
    return None if change is None else text[: change[0]] + change[2] + text[change[1] :]


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        ("x = 1  # lrlint: ignore[LR1]\n", "LR1", "x = 1\n"),
        ("x = 1  # lrlint: ignore[LR1]", "LR1", "x = 1"),
        ("x = 1\t# noqa: LR1\r\ny\r\n", "LR1", "x = 1\r\ny\r\n"),
        ("x = 1  # lrlint: ignore\n", "", "x = 1\n"),
        ("x  # lrlint: ignore[LR1, LR2]\n", "LR1", "x  # lrlint: ignore[LR2]\n"),
        ("x  # lrlint: ignore[LR1, LR2] y\n", "LR2", "x  # lrlint: ignore[LR1] y\n"),
        ("x  # noqa: E501,LR1,F401\n", "LR1", "x  # noqa: E501,F401\n"),
        ("x  # noqa: LR1 E501\n", "LR1", "x  # noqa: E501\n"),
        ("x  # lrlint: ignore[LR1] as in the paper\n", "LR1", "x  # as in the paper\n"),
        ("x  # noqa: LR1 - as in the paper\n", "LR1", "x  # as in the paper\n"),
        ("x  # type: ignore # noqa: LR1\n", "LR1", "x  # type: ignore\n"),
        ("x  # noqa: LR1  # type: ignore\n", "LR1", "x  # type: ignore\n"),
        ("x  # why # lrlint: ignore[LR1] # noqa\n", "LR1", "x  # why # noqa\n"),
        ("x  # why # lrlint: ignore[LR1] so\n", "LR1", "x  # why # so\n"),
        ("a\nb\n  # lrlint: ignore-file[LR1]\nc\n", "LR1", "a\nb\nc\n"),
        ("# lrlint: ignore-file[LR1]\nc\n", "LR1", "\nc\n"),
        ("a\nb\n# lrlint: ignore-file[LR1]", "LR1", "a\nb\n"),
        ("x  # lrlint: ignore[LR1] noqa\n", "LR1", None),
        ("x  # lrlint: ignore[LR1] type: ignore\n", "LR1", None),
        ("x  # lrlint: ignore[LR1] pragma: no cover\n", "LR1", None),
    ],
)
def test_removing_a_code(before: str, code: str, after: str | None) -> None:
    assert removed(before, code) == after


CODES = st.sampled_from(["LR101", "LR2", "E501", "t-max-mismatch"])
COMMENTS = st.builds(
    lambda parts, reason: "  ".join(parts) + reason,
    st.lists(
        st.builds(
            lambda form, codes: form.format(", ".join(codes)),
            st.sampled_from(
                ["# noqa: {}", "# lrlint: ignore[{}]", "# lrlint: ignore-file[{}]", "# see {}"]
            ),
            st.lists(CODES, min_size=1, max_size=3, unique=True),
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["", " as in the paper", " - why # not", " #"]),
)
CODE_ROWS = st.sampled_from(
    ["x = 1", "if x:\n    y()", "s = '# noqa: LR1'", "f(\n    x,", ")", 's = """', "", "    # a"]
)
SCRIPTS = st.lists(st.tuples(CODE_ROWS, COMMENTS | st.just("")), max_size=5).map(
    lambda rows: "\n".join(f"{code}  {comment}".rstrip() for code, comment in rows) + "\n"
)


@given(SCRIPTS, st.data())
def test_removing_keeps_code_and_all_other_codes(text: str, data: st.DataObject) -> None:
    found = Suppressions.scan(text)
    if not found.found:
        return
    one = data.draw(st.sampled_from(found.found))
    change = without(text, found, one)
    if change is None:
        return
    after = text[: change[0]] + change[2] + text[change[1] :]
    left = [other.code for other in Suppressions.scan(after).found]
    assert left == [other.code for other in found.found if other is not one]
    assert without_comments(after) == without_comments(text)
    assert tree(after) == tree(text)


def without_comments(text: str) -> list[str]:
    """The rows of a text that hold code, without their comments."""
    code = text
    for kind, start, end in reversed(list(tokens(text))):
        if kind == "#":
            code = code[:start] + code[end:]
    return [row.rstrip() for row in code.splitlines() if row.strip()]


def tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return None


@pytest.mark.parametrize(
    ("text", "rows", "after"),
    [
        ("x = 1\n", (1, 1), "x = 1  # lrlint: ignore[LR1] why\n"),
        ("x = 1", (1, 1), "x = 1  # lrlint: ignore[LR1] why"),
        ("x = 1  # a\n", (1, 1), "x = 1  # a  # lrlint: ignore[LR1] why\n"),
        ("x  # lrlint: ignore[LR2] z\n", (1, 1), "x  # lrlint: ignore[LR2, LR1] z\n"),
        ("x  # noqa: E501\r\n", (1, 1), "x  # noqa: E501  # lrlint: ignore[LR1] why\r\n"),
        ("f(\n  a,\n)\n", (1, 3), "f(  # lrlint: ignore[LR1] why\n  a,\n)\n"),
        ("x = a + \\\n  b\n", (1, 2), "x = a + \\\n  b  # lrlint: ignore[LR1] why\n"),
        ("x = a + \\\n  b\n", (1, 1), "x = a + \\\n  b  # lrlint: ignore[LR1] why\n"),
        ('x = """\n"""\n', (1, 1), 'x = """\n"""  # lrlint: ignore[LR1] why\n'),
        ('f("""\n""",\n  b)\n', (1, 1), 'f("""\n""",\n  b)  # lrlint: ignore[LR1] why\n'),
        ('f"""{\nx}"""\n', (1, 1), 'f"""{\nx}"""  # lrlint: ignore[LR1] why\n'),
    ],
)
def test_adding_a_code(text: str, rows: tuple[int, int], after: str) -> None:
    start, end, content = adding(*Rows(text).place(*rows), Suppressions.scan(text), ["LR1"], "why")
    assert text[:start] + content + text[end:] == after
