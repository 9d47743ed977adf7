"""The formats for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.output import FORMATS, Results, render
from lrlint.output.colour import Paint
from lrlint.output.diff import unified
from lrlint.span import Location, Span

Make = Callable[..., Diagnostic]
MakeRelated = Callable[..., Related]

SPAN = Span("train.py", Location(3, 2), Location(3, 9))
FIX = Fix(Applicability.SAFE, "set `interval`", (Edit(SPAN, '"step"'),))


def test_json_is_the_contract_key_for_key(make: Make, related: MakeRelated) -> None:
    diagnostic = make(
        (41, 13), (41, 29), related=(related("T_max set here", (12, 1), (12, 9)),), fix=FIX
    )
    assert json.loads(render("json", Results((diagnostic,)))) == [
        {
            "code": "LR101",
            "name": "step-in-batch-loop",
            "severity": "error",
            "message": "T_max counts epochs, but step() runs per batch",
            "filename": "train.py",
            "cell": None,
            "location": {"row": 41, "column": 13},
            "end_location": {"row": 41, "column": 29},
            "related": [
                {
                    "message": "T_max set here",
                    "filename": "train.py",
                    "location": {"row": 12, "column": 1},
                }
            ],
            "fix": {
                "applicability": "safe",
                "message": "set `interval`",
                "edits": [
                    {
                        "content": '"step"',
                        "location": {"row": 3, "column": 2},
                        "end_location": {"row": 3, "column": 9},
                    }
                ],
            },
            "url": "https://example.org/LR101",
        }
    ]


def test_json_of_nothing_is_an_empty_array() -> None:
    assert json.loads(render("json", Results(()))) == []


def test_json_is_ascii_whatever_the_message_holds(make: Make) -> None:
    text = render("json", Results((make((1, 1), (1, 2), message="10 × 391 – 学"),)))
    assert text.isascii()
    assert json.loads(text)[0]["message"] == "10 × 391 – 学"


def test_json_in_a_notebook_says_which_cell_a_note_means(make: Make, related: MakeRelated) -> None:
    note = related("T_max set here", (1, 1), (1, 2), "nb.ipynb", 2)
    diagnostic = make((1, 1), (1, 2), filename="nb.ipynb", cell=3, related=(note,))
    (record,) = json.loads(render("json", Results((diagnostic,))))
    assert record["cell"] == 3
    assert record["related"][0]["cell"] == 2


def test_concise_is_one_line_per_finding(make: Make) -> None:
    found = (
        make((41, 13), (41, 29)),
        make((1, 2), (1, 3), filename="nb.ipynb", cell=3, severity=Severity.ADVICE),
    )
    assert render("concise", Results(found, 2)) == (
        "train.py:41:13: error[LR101] step-in-batch-loop:"
        " T_max counts epochs, but step() runs per batch\n"
        "nb.ipynb:cell 3:1:2: advice[LR101] step-in-batch-loop:"
        " T_max counts epochs, but step() runs per batch\n"
        "Found 2 findings (1 error, 1 advice) in 2 files.\n"
    )


def test_github_annotations_carry_the_place(make: Make) -> None:
    assert render("github", Results((make((41, 13), (41, 29), message="100% wrong\nagain"),))) == (
        "::error title=lrlint (LR101 step-in-batch-loop),file=train.py,line=41,endLine=41,"
        "col=13,endColumn=29::train.py:41:13: LR101 100%25 wrong%0Aagain\n"
    )


def test_github_leaves_out_what_it_would_misread(make: Make) -> None:
    several_lines = make((4, 5), (9, 2), severity=Severity.WARNING, filename="a,b:c.py")
    in_a_cell = make((4, 5), (4, 9), severity=Severity.ADVICE, filename="nb.ipynb", cell=7)
    assert render("github", Results((several_lines, in_a_cell))) == (
        "::warning title=lrlint (LR101 step-in-batch-loop),file=a%2Cb%3Ac.py,line=4,endLine=9"
        "::a,b:c.py:4:5: LR101 T_max counts epochs, but step() runs per batch\n"
        "::notice title=lrlint (LR101 step-in-batch-loop),file=nb.ipynb,line=1"
        "::nb.ipynb:cell 7:4:5: LR101 T_max counts epochs, but step() runs per batch\n"
    )


def test_github_says_nothing_where_there_is_nothing() -> None:
    assert render("github", Results((), 5)) == ""


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_control_characters_through(
    make: Make, related: MakeRelated, name: str
) -> None:
    evil = "\x1b[31m\x07\x9b2J\u202e\u2066\x7f\r\n::error::x\udcff"
    note = related(evil, (1, 1), (1, 2), evil + ".py")
    fix = Fix(Applicability.SAFE, evil, ())
    diagnostic = make((1, 1), (1, 2), filename=evil, message=evil, related=(note,), fix=fix)
    text = render(name, Results((diagnostic,), 1, lambda filename, cell: [evil]))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800-\udfff]", text)
    assert "\n::error::x" not in text
    text.encode()


@pytest.mark.parametrize("name", ["::error::x.py", "  ::set-env name=A::b.py"])
def test_no_line_starts_with_a_command_to_github(make: Make, name: str) -> None:
    text = render("concise", Results((make((1, 1), (1, 2), filename=name),)))
    assert text.startswith(f"./{name}:1:1: error[LR101]")


def test_diff_shows_control_characters_and_no_others_as_symbols() -> None:
    before = "a = '\x1b[2J\u202e'\t# \N{WOMAN}\u200d\N{ROCKET}\r\nb = 1\r\n"
    text = unified("x\n\x1b.py", before, before.replace("1", "2"), Paint(False))
    assert text == (
        "--- a/x ␛.py\n+++ b/x ␛.py\n@@ -1,2 +1,2 @@\n"
        " a = '␛[2J\N{REPLACEMENT CHARACTER}'\t# \N{WOMAN}\u200d\N{ROCKET}\r\n"
        "-b = 1\r\n+b = 2\r\n"
    )


def test_every_format_renders_nothing_and_something(make: Make) -> None:
    for name in FORMATS:
        for found in ((), (make((1, 1), (1, 2)),)):
            text = render(name, Results(found, 1))
            assert text == "" or text.endswith("\n")
