"""``--fix``, ``--unsafe-fixes`` and ``--diff``: what is written, and what is left alone."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lrlint import rule as rule_module
from lrlint.diagnostics import Severity
from lrlint.facts import Place
from lrlint.fix import ReplaceWith

pytestmark = pytest.mark.usefixtures("fake")
Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]

SCRIPT = "scheduler = CosineAnnealingLR(o, T_max=100, eta_min=0)\n"
SAFE = "scheduler = CosineAnnealingLR(o, T_max=100, eta_min=1e-6)\n"
ALL = "scheduler = CosineAnnealingLR(o, T_max=90, eta_min=1e-6)\n"


def test_fix_applies_what_is_safe_and_reports_the_rest(write: Write, run: Run) -> None:
    script = write(train=SCRIPT)
    status, out, err = run("check", "--fix", "--output-format", "concise", "train.py")
    assert script.read_text() == SAFE
    assert status == 1
    assert "LR301" not in out
    assert "train.py:1:34: error[LR201]" in out
    assert err == "lrlint: fixed 1 finding in 1 file\n"


def test_unsafe_fixes_apply_both(write: Write, run: Run) -> None:
    script = write(train=SCRIPT)
    status, out, err = run("check", "--fix", "--unsafe-fixes", "train.py")
    assert script.read_text() == ALL
    assert (status, out) == (0, "All clear: 1 file checked, 1 with a scheduler.\n")
    assert err == "lrlint: fixed 2 findings in 1 file\n"
    assert run("check", "--fix", "--unsafe-fixes", "train.py") == (0, out, "")


def test_unsafe_fixes_alone_write_nothing(write: Write, run: Run) -> None:
    script = write(train=SCRIPT)
    status, out, err = run("check", "--unsafe-fixes", "train.py")
    assert script.read_text() == SCRIPT
    assert (status, err) == (1, "")
    assert out == run("check", "train.py")[1]
    assert "help: set `T_max=90` (--fix --unsafe-fixes)\n" in out
    assert out.endswith("1 can be fixed with --fix, 1 more with --fix --unsafe-fixes.\n")


def test_unsafe_fixes_widen_the_diff(write: Write, run: Run) -> None:
    script = write(train=SCRIPT)
    _, out, err = run("check", "--diff", "--unsafe-fixes", "train.py")
    assert out.endswith(f"\n-{SCRIPT}+{ALL}")
    assert err == "lrlint: would fix 2 findings in 1 file\n"
    assert script.read_text() == SCRIPT


def test_what_comes_up_after_a_fix_is_shown_before_it_is_fixed(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_module, "load_rules", lambda: (Twice(), After()))
    before, between = "s = StepLR(o, first=1)\n", "s = StepLR(o, first=2)\n"
    script = write(train=before)
    assert "LR804" not in run("check", "train.py")[1]
    _, out, err = run("check", "--diff", "train.py")
    assert out.endswith(f"\n-{before}+{between}")
    assert err == "lrlint: would fix 1 finding in 1 file\n"
    _, out, err = run("check", "--fix", "train.py")
    assert script.read_text() == between
    assert err == "lrlint: fixed 1 finding in 1 file\n"
    assert "error[LR804]" in out
    run("check", "--fix", "train.py")
    assert script.read_text() == "s = StepLR(o, first=3)\n"


def test_diff_changes_nothing(write: Write, run: Run) -> None:
    script = write(train="import x\n" + SCRIPT)
    status, out, err = run("check", "--diff", "train.py")
    assert out == (
        "--- a/train.py\n"
        "+++ b/train.py\n"
        "@@ -1,2 +1,2 @@\n"
        " import x\n"
        "-scheduler = CosineAnnealingLR(o, T_max=100, eta_min=0)\n"
        "+scheduler = CosineAnnealingLR(o, T_max=100, eta_min=1e-6)\n"
    )
    assert (status, err) == (1, "lrlint: would fix 1 finding in 1 file\n")
    assert script.read_text() == "import x\n" + SCRIPT


def test_diff_of_a_file_without_a_last_newline(write: Write, run: Run) -> None:
    write(train="scheduler = StepLR(o, eta_min=0)")
    _, out, _ = run("check", "--diff", "train.py")
    assert out.endswith(
        "-scheduler = StepLR(o, eta_min=0)\n\\ No newline at end of file\n"
        "+scheduler = StepLR(o, eta_min=1e-6)\n\\ No newline at end of file\n"
    )


def test_diff_is_sorted_by_file(write: Write, run: Run, project: Path) -> None:
    text = "scheduler = StepLR(o, eta_min=0)\n"
    outside = write("outside/b.py", text)
    write("a/c.py", text)
    write(b=text, a="import helper\n" + text, helper=text)
    _, out, _ = run("check", "--diff", "b.py", "a.py", "a")
    old = [line for line in out.splitlines() if line.startswith("---")]
    assert old == ["--- a/a.py", "--- a/a/c.py", "--- a/b.py", "--- a/helper.py"]
    (project / "inside").mkdir()
    os.chdir(project / "inside")
    assert run("check", "--diff", "../outside")[1].startswith(f"--- {outside.as_posix()}\n")


def test_diff_with_nothing_to_fix(write: Write, run: Run) -> None:
    write(train="scheduler = CosineAnnealingLR(o, T_max=90)\n")
    assert run("check", "--diff") == (0, "", "lrlint: there is nothing to fix\n")


def test_everything_but_the_edit_is_kept_to_the_byte(project: Path, run: Run) -> None:
    path = project / "train.py"
    before = "# -*- coding: latin-1 -*-\r\n# é\x0c\r\nscheduler = StepLR(o, eta_min=0)\r\n\r\n\t"
    path.write_bytes(before.encode("latin-1"))
    path.chmod(0o751)
    run("check", "--fix", "train.py")
    assert path.read_bytes() == before.replace("eta_min=0", "eta_min=1e-6").encode("latin-1")
    assert path.stat().st_mode & 0o777 == 0o751


def test_files_without_a_fix_are_not_touched(write: Write, run: Run, project: Path) -> None:
    other = write(other="scheduler = CosineAnnealingLR(o, T_max=100)\n")
    write(train=SCRIPT)
    before = _identity(other)
    run("check", "--fix", str(project))
    assert _identity(other) == before


def test_imported_file_is_fixed_where_it_lies(write: Write, run: Run) -> None:
    helper = write(helper="def build(o):\n    return CosineAnnealingLR(o, eta_min=0)\n")
    write(train="import helper\nscheduler = helper.build(optim)\n")
    assert run("check", "--fix", "train.py")[0] == 0
    assert "eta_min=1e-6" in helper.read_text()


def test_notebook_keeps_everything_else(project: Path, run: Run) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# T_max=100"]},
        {
            "cell_type": "code",
            "execution_count": 7,
            "metadata": {"id": "x"},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["eta_min=0\n"]}],
            "source": ["%matplotlib inline\n", "s = CosineAnnealingLR(o, eta_min=0)"],
        },
    ]
    path = project / "nb.ipynb"
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1)
    path.write_text(text)
    assert run("check", "--diff", "nb.ipynb")[1] == (
        "--- a/nb.ipynb:cell 2\n"
        "+++ b/nb.ipynb:cell 2\n"
        "@@ -1,2 +1,2 @@\n"
        " %matplotlib inline\n"
        "-s = CosineAnnealingLR(o, eta_min=0)\n"
        "+s = CosineAnnealingLR(o, eta_min=1e-6)\n"
    )
    run("check", "--fix", "nb.ipynb")
    assert path.read_text() == text.replace("(o, eta_min=0)", "(o, eta_min=1e-6)")


# -- fixes that get in each other's way


def replacing(place: Place, text: str) -> rule_module.Proposal:
    return rule_module.safe("say it otherwise", (place, ReplaceWith(text)))


class Twice(rule_module.Rule):
    """The fixes touch each other."""

    code, name, severity = "LR801", "twice", Severity.ERROR

    def check_training(self, training):  # type: ignore[no-untyped-def]
        for place in training.find("first=1"):
            yield self.finding(place, "a", fix=replacing(place, "first=2"))
        for place in training.find(", last=1"):
            yield self.finding(place, "b", fix=replacing(place, ", last=3"))


class After(rule_module.Rule):
    """Comes up when another is fixed."""

    code, name, severity = "LR804", "after", Severity.ERROR

    def check_training(self, training):  # type: ignore[no-untyped-def]
        for place in training.find("first=2"):
            yield self.finding(place, "c", fix=replacing(place, "first=3"))


class Flip(rule_module.Rule):
    """The fix undoes itself."""

    code, name, severity = "LR802", "flip", Severity.ERROR

    def check_training(self, training):  # type: ignore[no-untyped-def]
        for place in training.find("[ab]=1"):
            other = "b=1" if place.text == "a=1" else "a=1"
            yield self.finding(place, "no", fix=replacing(place, other))


class Vandal(rule_module.Rule):
    """The fix breaks the file."""

    code, name, severity = "LR803", "vandal", Severity.ERROR

    def check_training(self, training):  # type: ignore[no-untyped-def]
        for place in training.find("a=1"):
            yield self.finding(place, "no", fix=replacing(place, "a=("))


def only(monkeypatch: pytest.MonkeyPatch, rule: type[rule_module.Rule]) -> None:
    monkeypatch.setattr(rule_module, "load_rules", lambda: (rule(),))


def test_overlapping_fixes_are_applied_one_after_the_other(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Twice)
    script = write(train="scheduler = StepLR(o, first=1, last=1)\n")
    run("check", "--fix", "train.py")
    assert script.read_text() == "scheduler = StepLR(o, first=2, last=3)\n"


def test_fixes_that_undo_each_other_come_to_an_end(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Flip)
    write(train="scheduler = StepLR(o, a=1)\n")
    assert run("check", "--fix", "train.py")[0] == 1


def test_fix_that_would_break_the_file_is_not_applied(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Vandal)
    script = write(train="scheduler = StepLR(o, a=1)\n")
    status, _, err = run("check", "--fix", "train.py")
    assert status == 2
    assert script.read_text() == "scheduler = StepLR(o, a=1)\n"
    assert "train.py: a fix would have broken the file and was not applied" in err


def test_bug_in_a_fix_costs_the_fix_only(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, change: object) -> None:
        raise IndexError("a bug in a fix")

    for place in Place.__subclasses__():
        monkeypatch.setattr(place, "rewrite", fail)
    write(train=SCRIPT)
    status, out, err = run("check", "--output-format", "concise", "train.py")
    assert status == 2
    assert "LR201" in out
    assert "LR301" in out
    assert "failed in the fix for train.py, rule LR201 t-max-mismatch: IndexError" in err


def test_file_that_changes_meanwhile_is_left_alone(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lrlint.linter import fixing

    script = write(train=SCRIPT)
    check_syntax = fixing.check_syntax

    def meanwhile(source):  # type: ignore[no-untyped-def]
        script.write_text("# mine\n")
        check_syntax(source)

    monkeypatch.setattr(fixing, "check_syntax", meanwhile)
    status, _, err = run("check", "--fix", "train.py")
    assert status == 2
    assert script.read_text() == "# mine\n"
    assert "train.py: not fixed, it changed while lrlint ran" in err


def test_fix_that_is_not_written_is_not_told_of(write: Write, run: Run, project: Path) -> None:
    locked = write("locked.py", SCRIPT)
    write("open.py", SCRIPT)
    locked.chmod(0o444)
    status, out, err = run("check", "--fix", "--unsafe-fixes", "--output-format", "concise", ".")
    assert status == 2
    assert locked.read_text() == SCRIPT
    assert (project / "open.py").read_text() == ALL
    assert err.splitlines() == [
        "lrlint: fixed 2 findings in 1 file",
        "lrlint: locked.py: cannot be written: it is read-only",
    ]
    assert [line.split(":")[0] for line in out.splitlines()[:-2]] == ["locked.py", "locked.py"]
    status, out, err = run("check", "--fix", "locked.py")
    assert "fixed" not in err
    assert "All clear" not in out


def test_fix_of_a_folder_stays_inside(write: Write, run: Run, project: Path) -> None:
    outside = write("outside/v.py", SCRIPT)
    helper = write("common.py", "def build(o):\n    return CosineAnnealingLR(o, eta_min=0)\n")
    inside = write("given/train.py", "import helper\n" + SCRIPT)
    (project / "given/link.py").symlink_to("../outside/v.py")
    (project / "given/helper.py").symlink_to("../common.py")
    (project / "given/folder").symlink_to("../outside")
    status, out, err = run("check", "--fix", "--output-format", "concise", "given")
    assert inside.read_text() == "import helper\n" + SAFE
    assert outside.read_text() == SCRIPT
    assert "eta_min=0)" in helper.read_text()
    assert status == 1
    assert "given/helper.py:2:33: warning[LR301]" in out
    assert err.splitlines() == [
        "lrlint: fixed 1 finding in 1 file",
        f"lrlint: given/folder/v.py: not fixed, {outside} lies outside of the given paths",
        f"lrlint: given/helper.py: not fixed, {helper} lies outside of the given paths",
    ]
    run("check", "--fix", "given/link.py")  # that is what the user names
    assert outside.read_text() == SAFE


def test_hard_links_are_kept(write: Write, run: Run, project: Path) -> None:
    script = write(train=SCRIPT)
    os.link(script, project / "other.py")
    run("check", "--fix", "train.py")
    assert (project / "other.py").read_text() == SAFE
    assert script.stat().st_nlink == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written(write: Write, run: Run, project: Path) -> None:
    script = write("sub/train.py", SCRIPT)
    script.parent.chmod(0o555)
    try:
        status, _, err = run("check", "--fix", "sub/train.py")
    finally:
        script.parent.chmod(0o755)
    assert status == 2
    assert "sub/train.py: cannot be written" in err


# -- standard input


def test_fixed_standard_input_goes_to_standard_output(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = SCRIPT.replace("\n", "\r\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
    status, out, err = run("check", "--fix", "--stdin-filename", "a.py", "-")
    assert out.encode() == SAFE.replace("\n", "\r\n").encode()
    assert status == 1
    assert "error[LR201]" in err
    assert list(project.iterdir()) == []


def _identity(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written; reading it changes the time of access."""
    status = path.stat()
    return status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns
