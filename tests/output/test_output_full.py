"""The format for people. Whole outputs are files in ``snapshots``, named like their test."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity, Sketch
from lrlint.fix import Applicability, Fix
from lrlint.output import Results, Style, render

SNAPSHOTS = Path(__file__).parent / "snapshots"

Make = Callable[..., Diagnostic]
MakeRelated = Callable[..., Related]
ShowFrame = Callable[..., str]
Snapshot = Callable[[str], None]

TRAIN = """
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=100)

for epoch in range(100):
    for x, y in train_loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
    validate(model)
"""


def test_finding_with_a_note_far_away_in_the_same_file(
    make: Make, related: MakeRelated, frame: ShowFrame, snapshot: Snapshot
) -> None:
    diagnostic = make(
        (12, 9),
        (12, 25),
        related=(
            related("T_max counts epochs", (5, 42), (5, 51)),
            related("the batch loop", (8, 5), (8, 30)),
        ),
        fix=Fix(Applicability.UNSAFE, "move step() to the end of the epoch loop's body", ()),
    )
    snapshot(frame(TRAIN, diagnostic))


def test_marks_of_one_line_share_a_row_while_they_fit(
    make: Make, related: MakeRelated, frame: ShowFrame, snapshot: Snapshot
) -> None:
    diagnostic = make(
        (5, 1),
        (5, 10),
        related=(
            related("the optimizer", (5, 31), (5, 40)),
            related("T_max set here", (5, 42), (5, 51)),
        ),
    )
    snapshot(frame(TRAIN, diagnostic))


def test_note_at_the_finding_itself_labels_its_carets(
    make: Make, related: MakeRelated, frame: ShowFrame, snapshot: Snapshot
) -> None:
    diagnostic = make((5, 42), (5, 51), related=(related("in epochs", (5, 42), (5, 51)),))
    snapshot(frame(TRAIN, diagnostic))


def test_note_in_another_file_has_a_second_frame(
    make: Make, related: MakeRelated, frame: ShowFrame, snapshot: Snapshot
) -> None:
    diagnostic = make(
        (12, 9), (12, 25), related=(related("built here", (2, 5), (2, 11), "build.py"),)
    )
    snapshot(
        frame(TRAIN, diagnostic, build="def build(optimizer):\n    return Cosine(optimizer, 9)")
    )


CALL = """
def build(optimizer):
    scheduler = CosineAnnealingLR(
        optimizer,
        T_max=100,
    )
    return scheduler
"""


def test_finding_of_several_lines_is_bracketed(
    make: Make, related: MakeRelated, frame: ShowFrame, snapshot: Snapshot
) -> None:
    diagnostic = make((2, 17), (5, 6), related=(related("in epochs", (4, 9), (4, 18)),))
    snapshot(frame(CALL, diagnostic))


def test_long_finding_shows_its_beginning_and_its_end(
    make: Make, frame: ShowFrame, snapshot: Snapshot
) -> None:
    source = (
        "scheduler = build(\n" + "".join(f"    option{n},\n" for n in range(2, 20)) + ")\nrun()"
    )
    snapshot(frame(source, make((1, 1), (20, 2))))


def test_tabs_and_wide_characters_keep_the_carets_in_place(
    make: Make, frame: ShowFrame, snapshot: Snapshot
) -> None:
    source = 'if ready:\n\tprint("学習率"); scheduler.step()'
    snapshot(frame(source, make((2, 16), (2, 32))))


def test_long_line_is_cut_around_the_finding(
    make: Make, frame: ShowFrame, snapshot: Snapshot
) -> None:
    line = "configure(" + "alpha=1, " * 20 + "T_max=100, " + "omega=1, " * 20 + ")"
    start = line.index("T_max") + 1
    snapshot(frame(line, make((1, start), (1, start + 9)), width=60))


def test_control_characters_of_the_source_do_not_reach_the_terminal(
    make: Make, frame: ShowFrame
) -> None:
    shown = frame(
        "x = '\x1b[2J\u202e'; step()", make((1, 14), (1, 20), message="bad \x1b[31m name")
    )
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "x = '␛[2J\N{REPLACEMENT CHARACTER}'; step()" in shown


def test_source_that_is_gone_leaves_the_places(
    make: Make, related: MakeRelated, snapshot: Snapshot
) -> None:
    diagnostic = make(
        (3, 1),
        (3, 9),
        filename="lost.py",
        related=(related("T_max set here", (1, 2), (1, 3), "lost.py"),),
        fix=Fix(Applicability.SAFE, "set `interval`", ()),
    )
    snapshot(render("full", Results((diagnostic,))))


def test_rows_past_the_end_of_the_file_show_no_frame(
    make: Make, frame: ShowFrame, snapshot: Snapshot
) -> None:
    snapshot(frame("x = 1", make((9, 1), (9, 4))))


def test_notebook_places_name_the_cell(make: Make) -> None:
    def lines(filename: str, cell: int | None) -> list[str] | None:
        return {2: ["scheduler.step()"]}.get(cell or 0)

    diagnostic = make((1, 1), (1, 17), filename="nb.ipynb", cell=2)
    shown = render("full", Results((diagnostic,), 1, lines))
    assert " --> nb.ipynb:cell 2:1:1\n" in shown
    assert "1 | scheduler.step()\n" in shown


@pytest.mark.parametrize(
    ("severities", "summary"),
    [
        ([], "All clear: 3 files checked, 1 with a scheduler.\n"),
        ([Severity.ERROR], "Found 1 finding (1 error) in 1 file.\n"),
        (
            [Severity.ADVICE, Severity.ERROR, Severity.WARNING, Severity.ERROR, Severity.ADVICE],
            "Found 5 findings (2 errors, 1 warning, 2 advice) in 1 file.\n",
        ),
    ],
)
def test_summary_counts_by_severity(make: Make, severities: list[Severity], summary: str) -> None:
    found = tuple(make((1, 1), (1, 2), severity=severity) for severity in severities)
    assert render("full", Results(found, 3, files_with_scheduler=1)).endswith(summary)


@pytest.mark.parametrize(
    ("kinds", "advice"),
    [
        ("s", "1 can be fixed with --fix.\n"),
        (
            "uu",
            "2 can be fixed with --fix --unsafe-fixes, which may change behaviour; review them.\n",
        ),
        ("ssu", "2 can be fixed with --fix, 1 more with --fix --unsafe-fixes.\n"),
    ],
)
def test_summary_says_what_can_be_fixed(make: Make, kinds: str, advice: str) -> None:
    fixes = {"s": Fix(Applicability.SAFE, "", ()), "u": Fix(Applicability.UNSAFE, "", ())}
    found = tuple(make((1, 1), (1, 2), fix=fixes[kind]) for kind in kinds)
    assert render("full", Results(found, 1)).endswith(advice)


def test_colours_only_where_asked_and_only_around_the_same_text(
    make: Make, related: MakeRelated
) -> None:
    diagnostic = make((1, 1), (1, 5), related=(related("here", (1, 6), (1, 7)),))
    results = Results((diagnostic,), 1, lambda filename, cell: ["step (x)"])
    plain = render("full", results, Style(colour=False))
    coloured = render("full", results, Style(colour=True))
    assert "\x1b" not in plain
    assert coloured.startswith("\x1b[1;31merror[LR101]\x1b[0m")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_each_snapshot_belongs_to_a_test() -> None:
    assert {f"test_{file.stem}" for file in SNAPSHOTS.iterdir()} <= globals().keys()


@pytest.mark.parametrize(
    ("style", "rows"),
    [
        (Style(), ["planned: █▅▂▁ 0.1 to 0 in 4 steps", "actual:  █▒▁  0.1, then an exception"]),
        (Style(width=38), ["planned: █▅▂▁ 0.1 to 0 in 4 steps", "actual:  █▒▁"]),
        (Style(unicode=False, width=30), ["planned: #=._", "actual:  #%_"]),
    ],
)
def test_planned_and_actual_curve(make: Make, style: Style, rows: list[str]) -> None:
    sketches = (
        Sketch("planned", "7410", "0.1 to 0 in 4 steps"),
        Sketch("actual", "7x0 ", "0.1, then an exception"),
    )
    out = render("full", Results((make((5, 1), (5, 10), sketches=sketches),)), style)
    assert [line.partition("= ")[2] for line in out.splitlines() if "= " in line] == rows
