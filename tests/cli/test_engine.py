"""The way of findings from a rule to the report."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.errors import UnknownSelector
from lrlint.linter.engine import lint, lint_text
from lrlint.linter.reader import Stdin
from lrlint.linter.report import Report
from lrlint.linter.selection import Layer
from lrlint.linter.settings import FileIgnores, Patterns, Rating, Settings
from lrlint.source import Relevance
from lrlint.span import Location

pytestmark = pytest.mark.usefixtures("fake")
Write = Callable[..., Path]

SCRIPT = """
for epoch in range(90):
    scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=0)
    scheduler.step()
"""


def brief(report: Report) -> list[str]:
    return [
        f"{one.code} {one.filename}:{one.location.row}:{one.location.column}"
        for one in report.diagnostics
    ]


def test_finding_carries_place_notes_and_fix(write: Write) -> None:
    report = lint([write(train=SCRIPT)])
    assert brief(report) == ["LR201 train.py:2:46", "LR301 train.py:2:57"]
    found: Diagnostic = report.diagnostics[0]
    assert found.end_location == Location(2, 55)
    (note,) = found.related
    assert (note.message, note.filename, note.location.row) == ("90 epochs", "train.py", 1)
    assert found.fix is not None
    assert [edit.content for edit in found.fix.edits] == ["T_max=90"]
    assert report.results.lines("train.py", None) == SCRIPT.lstrip().split("\n")


def test_folders_are_searched_and_findings_sorted(write: Write, project: Path) -> None:
    write("b/train.py", SCRIPT)
    write("a/train.py", SCRIPT)
    write("a/notes.py", "print('nothing of interest')")
    report = lint([project])
    assert [one.filename for one in report.diagnostics] == ["a/train.py"] * 2 + ["b/train.py"] * 2
    assert (report.files_found, report.files_analysed) == (3, 2)


def test_file_without_a_scheduler_is_not_analysed(write: Write) -> None:
    report = lint([write(other="BREAK_THE_ANALYSER = 'T_max=100'")])
    assert (report.diagnostics, report.problems, report.files_analysed) == ((), (), 0)


# -- followed imports


def test_finding_in_an_imported_file_is_that_file_s_and_counts_once(
    write: Write, project: Path
) -> None:
    write(helper="def build(o):\n    return CosineAnnealingLR(o, T_max=100)\n")
    write(
        train="import helper\nscheduler = helper.build(optim)\n",
        other="import helper\nscheduler = helper.build(optim)\n",
    )
    assert brief(lint([project / "train.py"])) == ["LR201 helper.py:2:33"]
    assert brief(lint([project])) == ["LR201 helper.py:2:33"]


def test_comment_in_the_imported_file_silences_its_finding(write: Write) -> None:
    write(helper="def build(o):\n    return CosineAnnealingLR(o, T_max=100)  # lrlint: ignore\n")
    assert brief(lint([write(train="import helper\nscheduler = helper.build(optim)\n")])) == []


def test_excluded_file_stays_excluded_when_it_is_imported(write: Write, project: Path) -> None:
    helper = write(helper="def build(o):\n    return CosineAnnealingLR(o, T_max=100)\n")
    script = write(train="import helper\nscheduler = helper.build(optim)\n")
    settings = Settings(exclude=(Patterns(project, ("helper.py",)),))
    assert brief(lint([script], settings)) == []
    assert brief(lint([script, helper], settings)) == ["LR201 helper.py:2:33"]


def test_fix_outside_of_the_finding_s_file_is_left_out(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lrlint import rule
    from lrlint.fix import ReplaceWith

    class Far(rule.Rule):
        """Far."""

        code, name, severity = "LR888", "far", Severity.ERROR

        def check_training(self, training):  # type: ignore[no-untyped-def]
            near, far = training.find("T_max=100")
            yield self.finding(near, "near", fix=rule.safe("far", (far, ReplaceWith("x=1"))))
            yield self.finding(far, "far", fix=rule.safe("not by this place", (far, object())))

    monkeypatch.setattr(rule, "load_rules", lambda: (Far(),))
    write(helper="sched = CosineAnnealingLR(o, T_max=100)\n")
    report = lint([write(train="import helper\nsched = CosineAnnealingLR(o, T_max=100)\n")])
    assert brief(report) == ["LR888 helper.py:1:30", "LR888 train.py:2:30"]
    assert [one.fix for one in report.diagnostics] == [None, None]


# -- comments


@pytest.mark.parametrize(
    "comment",
    [
        "# lrlint: ignore",
        "# lrlint: ignore[LR201]",
        "# lrlint: ignore[t-max-mismatch]",
        "# noqa: LR2",
    ],
)
def test_comments_silence(write: Write, comment: str) -> None:
    script = write(train=f"scheduler = CosineAnnealingLR(o, T_max=100)  {comment}\n")
    assert brief(lint([script])) == []


def test_other_comments_do_not_silence(write: Write) -> None:
    script = write(train="scheduler = CosineAnnealingLR(o, T_max=100)  # lrlint: ignore[LR301]\n")
    assert brief(lint([script])) == ["LR201 train.py:1:34", "LR001 train.py:1:63"]


# -- settings


def layer(**keys: tuple[str, ...]) -> Settings:
    return Settings(layers=(Layer(**keys),))


def test_selection(write: Write) -> None:
    script = write(train=SCRIPT)
    assert brief(lint([script], layer(select=("LR3",)))) == ["LR301 train.py:2:57"]
    assert brief(lint([script], layer(ignore=("eta-min-zero",)))) == ["LR201 train.py:2:46"]
    with pytest.raises(UnknownSelector):
        lint([script], layer(select=("LR7",)))


def test_advice_needs_pedantic_or_a_rule_that_is_named(write: Write) -> None:
    script = write(train="scheduler = StepLR(o, gamma=0.1)\nother = CosineLR(o, eta_min=0.0)\n")
    both = ["LR602 train.py:1:23", "LR301 train.py:2:21"]
    assert brief(lint([script])) == []
    assert brief(lint([script], Settings(pedantic=True))) == both
    assert brief(lint([script], layer(select=("LR6",)))) == both[:1]
    assert brief(lint([script], layer(extend_select=("LR301",)))) == []


def test_severities_can_be_overridden(write: Write) -> None:
    script = write(train=SCRIPT)
    changed = Settings(severity=(Rating("LR", Severity.WARNING), Rating("LR301", Severity.ERROR)))
    severities = [one.severity for one in lint([script], changed).diagnostics]
    assert severities == [Severity.WARNING, Severity.ERROR]
    assert brief(lint([script], Settings(severity=(Rating("LR201", Severity.ADVICE),)))) == [
        "LR301 train.py:2:57"
    ]


@pytest.mark.parametrize("pattern", ["tests/", "tests/*.py", "train.py", "**/train.py", "*.py"])
def test_per_file_ignores(write: Write, project: Path, pattern: str) -> None:
    script = write("tests/train.py", SCRIPT)
    settings = Settings(per_file_ignores=(FileIgnores(Patterns(project, (pattern,)), ("LR2",)),))
    assert brief(lint([script], settings)) == ["LR301 tests/train.py:2:57"]


def test_exclusions_relative_to_the_configuration_file(
    write: Write, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("sub/vendored/train.py", SCRIPT)
    script = write("sub/own/train.py", SCRIPT)
    settings = Settings(exclude=(Patterns(project / "sub", ("/vendored",)),))
    assert {one.filename for one in lint([project], settings).diagnostics} == {"sub/own/train.py"}
    monkeypatch.chdir(project / "sub")
    assert {one.filename for one in lint([project], settings).diagnostics} == {"own/train.py"}
    named = [project / "sub/vendored/train.py", script]
    assert len(lint(named, settings).diagnostics) == 4


# -- what cannot be read


def test_file_that_does_not_parse_is_a_finding_and_the_others_are_linted(
    write: Write, project: Path
) -> None:
    write(a="scheduler = CosineAnnealingLR(\n", b=SCRIPT)
    report = lint([project])
    assert brief(report)[0].startswith("LR000 a.py:")
    assert brief(report)[1:] == ["LR201 b.py:2:46", "LR301 b.py:2:57"]
    assert report.problems == ()
    assert report.diagnostics[0].severity is Severity.ERROR


def test_file_without_a_scheduler_is_judged_only_if_it_is_named(
    write: Write, project: Path
) -> None:
    script = write(a="def f(:\n")
    assert brief(lint([script])) == ["LR000 a.py:1:7"]
    assert brief(lint([project])) == []


def test_newer_syntax_than_this_python_reads_is_not_an_error(write: Write) -> None:
    assert brief(lint([write(a="type Pair[T] = tuple[T, T]\n")])) == []


def test_undecodable_file(project: Path) -> None:
    path = project / "latin.py"
    path.write_bytes(b"scheduler.step()\nname = '\xe9'\n")
    (found,) = lint([project]).diagnostics
    assert (found.code, found.filename, found.location) == ("LR000", "latin.py", Location(2, 9))


def test_notebook_that_is_not_json(write: Write) -> None:
    assert brief(lint([write("nb.ipynb", "{ scheduler.step()")])) == ["LR000 nb.ipynb:1:3"]


def test_file_that_may_not_be_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    script = write(train=SCRIPT)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = lint([script])
    assert brief(report) == ["LR000 train.py:1:1"]
    assert report.problems == (f"{script}: cannot be read: Permission denied",)
    assert lint([script.parent]).problems == ()


def test_missing_path_is_a_problem_and_the_others_are_linted(write: Write) -> None:
    report = lint(["nowhere.py", write(train=SCRIPT)])
    assert report.problems == ("nowhere.py: no such file or directory",)
    assert len(report.diagnostics) == 2


def test_unreadable_files_can_be_ignored_but_are_not_deselected(write: Write) -> None:
    script = write(a="scheduler = StepLR(\n")
    assert len(lint([script], layer(select=("LR201",))).diagnostics) == 1
    assert len(lint([script], layer(ignore=("LR000",))).diagnostics) == 0


# -- bugs of our own


def test_bug_in_the_analyser_costs_one_file_only(write: Write, project: Path) -> None:
    write(a="scheduler = StepLR(o, 30)\nBREAK_THE_ANALYSER\n", b=SCRIPT)
    report = lint([project])
    assert len(report.diagnostics) == 2
    (problem,) = report.problems
    assert problem.startswith("internal error in a.py: RuntimeError: a bug in the analyser (")
    assert problem.endswith("); please report it")


def test_bug_in_a_rule_costs_that_rule_only(write: Write, project: Path) -> None:
    write(a="BREAK_THE_RULE\n" + SCRIPT, b=SCRIPT)
    report = lint([project])
    assert len(report.diagnostics) == 4
    (problem,) = report.problems
    assert problem.startswith(
        "conftest failed in a.py, rule LR999 broken: ZeroDivisionError: a bug in a rule (cli/"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no such timer")
def test_endless_analysis_is_given_up(write: Write, project: Path) -> None:
    write(a="StepLR(o, KEEP_THE_ANALYSER_BUSY)\n", b=SCRIPT)
    report = lint([project], patience=0.2)
    assert report.problems == ("a.py: given up after 0.2 s of work; please report it",)
    assert len(report.diagnostics) == 2


def test_interruption_is_not_swallowed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["lrlint.analysis"], "analyse", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lint([write(train=SCRIPT)])


def test_deep_recursion_gets_a_second_chance(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    def deep(*_: object) -> SimpleNamespace:
        def down(levels: int) -> int:
            return levels and down(levels - 1)

        down(5000)
        return SimpleNamespace(
            trainings=(), undecided=(), settled=lambda source: (), unused=(), names=()
        )

    monkeypatch.setattr(sys.modules["lrlint.analysis"], "analyse", deep)
    assert lint([write(train=SCRIPT)]).problems == ()


# -- notebooks, texts, undecided


def test_notebook_rows_count_within_the_cell(project: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Training"]},
        {"cell_type": "code", "metadata": {}, "source": ["%matplotlib inline\n", "x = 1"]},
        {
            "cell_type": "code",
            "metadata": {},
            "source": ["\n", "s = CosineAnnealingLR(o, T_max=100)"],
        },
    ]
    path = project / "nb.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    report = lint([path])
    (found,) = report.diagnostics
    assert (found.cell, found.location) == (3, Location(2, 26))
    assert report.results.lines("nb.ipynb", 3) == ["", "s = CosineAnnealingLR(o, T_max=100)"]


def test_lint_text() -> None:
    assert brief(lint_text(SCRIPT, "train.py")) == ["LR201 train.py:3:46", "LR301 train.py:3:57"]


def test_standard_input_has_the_name_it_is_given(project: Path) -> None:
    data = SCRIPT.encode()
    assert brief(lint(["-"], stdin=Stdin(data)))[0] == "LR201 <stdin>:3:46"
    assert brief(lint(["-"], stdin=Stdin(data, Path("a/b.py"))))[0] == "LR201 a/b.py:3:46"
    assert brief(lint(["-"], stdin=Stdin(b"\xe9 scheduler", Path("b.py")))) == ["LR000 b.py:1:1"]


def test_what_was_left_undecided_is_listed_with_its_place(write: Write) -> None:
    report = lint([write(train="StepLR(o, 30)\nfor e in range(args.epochs): pass\n")])
    assert report.undecided == ("train.py:2:16: the number of epochs is unknown",)


QUIET = "a = CosineAnnealingLR(o, T_max=T)\n"


def test_what_is_not_reported_is_listed_once_and_only_where_asked_for(write: Write) -> None:
    path = write(train=QUIET)
    assert lint([path]).unreported == ()
    (line,) = lint([path], explain=True).unreported
    assert line == "train.py:1:26: LR201 t-max-mismatch: the value of T is not known"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (QUIET.replace("\n", "  # lrlint: ignore[LR201]\n"), Settings()),
        (QUIET, Settings(layers=(Layer(ignore=("LR201",)),))),
        (
            QUIET,
            Settings(
                per_file_ignores=(FileIgnores(Patterns(Path("/"), ("train.py",)), ("LR201",)),)
            ),
        ),
        ("b = StepLR(o, 30, gamma=g)\n", Settings()),
    ],
    ids=["comment", "ignore", "per-file-ignores", "advice"],
)
def test_what_could_not_be_reported_anyway_is_not_listed(
    write: Write, text: str, settings: Settings
) -> None:
    assert lint([write(train=text)], settings, explain=True).unreported == ()


def test_advice_that_is_asked_for_is_listed(write: Write) -> None:
    report = lint(
        [write(train="b = StepLR(o, 30, gamma=g)\n")], Settings(pedantic=True), explain=True
    )
    assert report.unreported == ("train.py:1:19: LR602 abrupt-decay: the value of g is not known",)


def test_bug_in_the_test_of_names_costs_one_file_only(
    write: Write, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = Relevance.may_build

    def broken(relevance: Relevance, path: Path, text: str) -> bool:
        if path.name == "a.py":
            raise ZeroDivisionError("a bug")
        return builds(relevance, path, text)

    monkeypatch.setattr(Relevance, "may_build", broken)
    write(a=SCRIPT, b=SCRIPT)
    report = lint([project])
    assert len(report.problems) == 1
    assert "internal error in a.py" in report.problems[0]
    assert len(report.diagnostics) == 2


@pytest.mark.parametrize("threshold", [0, 700, 500_000])
def test_the_garbage_collector_is_left_as_it_was(write: Write, threshold: int) -> None:
    script = write(train=SCRIPT)
    usual = gc.get_threshold()
    gc.set_threshold(threshold, 10, 10)
    try:
        lint([script])
        assert gc.get_threshold() == (threshold, 10, 10)
    finally:
        gc.set_threshold(*usual)
