"""Suppressions that are unused, suppressions that are written, and baselines."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrlint.linter.engine import lint

Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]
BAD = "scheduler = CosineAnnealingLR(o, T_max=100, eta_min=0)"
fake = pytest.mark.usefixtures("fake")


def found(run: Run, *arguments: str) -> list[str]:
    status, out, err = run("check", "--output-format", "json", *arguments)
    assert status < 2, err
    return [
        f"{one['code']} {one['filename']}:{one['location']['row']}:{one['location']['column']}"
        for one in json.loads(out)
    ]


# -- LR001


@fake
@pytest.mark.parametrize(
    ("comment", "code", "fixed"),
    [
        ("# lrlint: ignore[LR201, LR301]", "", None),
        ("# lrlint: ignore[LR2, LR3, LR602]", "LR602", "# lrlint: ignore[LR2, LR3]"),
        ("# lrlint: ignore[LR602, LR] so", "LR602", "# lrlint: ignore[LR] so"),
        ("# noqa: E501, LR602, LR201 LR3", "LR602", "# noqa: E501, LR201 LR3"),
        ("# lrlint: ignore # noqa: LR602", "LR602", "# lrlint: ignore"),
        ("# lrlint: ignore # noqa", "", None),
        ("# lrlint: ignore[LR, ABC1] so", "ABC1", "# lrlint: ignore[LR] so"),
        ("# lrlint: ignore # noqa: ABC1", "", None),
    ],
)
def test_codes_that_silence_nothing(
    write: Write, run: Run, comment: str, code: str, fixed: str | None
) -> None:
    script = write(train=f"{BAD}  {comment}\n")
    assert found(run) == ([f"LR001 train.py:1:{len(BAD) + 3 + comment.index(code)}"] * bool(code))
    if fixed is not None:
        run("check", "--fix")
        assert script.read_text() == f"{BAD}  {fixed}\n"
        assert found(run) == []


@fake
def test_unused_whole_comments_go_with_the_fix(write: Write, run: Run) -> None:
    script = write(
        train=f"import x\n\n# lrlint: ignore-file[LR602]\n{BAD}  # noqa: LR2, LR3\n"
        "scheduler.step()  # lrlint: ignore - by design\ny = 1  # lrlint: ignore[LR2, LR6]\n"
    )
    assert found(run) == [
        "LR001 train.py:3:23",
        "LR001 train.py:5:19",
        "LR001 train.py:6:25",
        "LR001 train.py:6:30",
    ]
    assert run("check", "--fix")[2] == "lrlint: fixed 4 findings in 1 file\n"
    assert script.read_text() == (
        f"import x\n\n{BAD}  # noqa: LR2, LR3\nscheduler.step()  # by design\ny = 1\n"
    )


@fake
@pytest.mark.parametrize(
    "options",
    [
        ["--select", "LR201,LR301"],
        ["--ignore", "LR001"],
        ["--ignore", "LR602"],
        ["--config", 'severity.LR602 = "off"'],
        ["--config", 'per-file-ignores = { "train.py" = ["LR602"] }'],
        ["--config", 'per-file-ignores = { "train.py" = ["unused-suppression"] }'],
    ],
)
def test_nothing_is_said_of_rules_that_were_not_asked(
    write: Write, run: Run, options: list[str]
) -> None:
    write(train=f"{BAD}  # noqa: LR201, LR301, LR602\n")
    assert found(run) == ["LR001 train.py:1:79"]
    assert found(run, *options) == []


@fake
def test_advice_that_is_not_shown_uses_its_comment(write: Write, run: Run) -> None:
    write(train="s = StepLR(o, gamma=0.1)  # lrlint: ignore[LR602]\n")
    assert found(run) == found(run, "--pedantic") == []


@fake
def test_what_a_rule_could_not_tell_uses_its_comment(write: Write, run: Run) -> None:
    write(train="s = CosineAnnealingLR(o, T_max=T)  # lrlint: ignore[LR201]\n")
    assert found(run) == []


@fake
def test_comment_that_silences_a_finding_from_elsewhere_is_used(write: Write, run: Run) -> None:
    write(helper=f"{BAD}  # lrlint: ignore\n", other="import helper\nCosineAnnealingLR\n")
    assert found(run, "other.py") == found(run) == []


@fake
def test_misspelt_rules_and_comments(write: Write, run: Run) -> None:
    script = write(train=f"{BAD}  # lrlint: disable=LR201\nx  # lrlint: ignore[eta-min-zer]\n")
    assert found(run)[2:] == ["LR001 train.py:1:57", "LR001 train.py:2:21"]
    out = run("check", "--select", "LR001", "--output-format", "concise")[1]
    assert "`# lrlint: disable=LR201` is not understood and silences nothing; write" in out
    assert "write `# lrlint: ignore[LR201]`" in out
    assert "no rule is called `eta-min-zer`; did you mean eta-min-zero?" in out
    before = script.read_text()
    run("check", "--select", "LR001", "--fix")
    assert script.read_text() == before  # what was meant is for a person to write


@fake
def test_the_rule_itself_can_be_silenced_but_not_by_a_comment_for_all(
    write: Write, run: Run
) -> None:
    write(train="CosineAnnealingLR  # lrlint: ignore[LR6, unused-suppression]\n")
    assert found(run) == []
    write(train="CosineAnnealingLR  # lrlint: ignore-file # noqa\n")
    assert found(run) == ["LR001 train.py:1:20"]
    write(train="CosineAnnealingLR  # lrlint: ignore[LR001]\n")
    assert found(run) == ["LR001 train.py:1:37"]


@fake
def test_files_that_were_not_judged(write: Write, run: Run) -> None:
    write(
        broken="CosineAnnealingLR(  # lrlint: ignore[LR6]\n",
        failing=f"BREAK_THE_RULE\nx  # lrlint: ignore[LR6, LR77]\n{BAD[:0]}CosineAnnealingLR\n",
        plain="x = 1  # lrlint: ignore[LR6, LR77]\n",
    )
    assert found(run, "broken.py") == ["LR000 broken.py:1:18"]
    assert found(run, "plain.py") == ["LR001 plain.py:1:30"]  # LR77
    out = run("check", "--output-format", "json", "failing.py")[1]
    assert [one["location"]["column"] for one in json.loads(out)] == [26]


@fake
def test_in_a_notebook(project: Path, run: Run) -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": ["%matplotlib inline\n", "x = 1"]},
        {
            "cell_type": "code",
            "metadata": {},
            "source": [f"{BAD}  # noqa: LR2, LR3, LR6\n", "# lrlint: ignore-file[LR6]"],
        },
    ]
    path = project / "nb.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    assert found(run) == ["LR001 nb.ipynb:1:75", "LR001 nb.ipynb:2:23"]
    run("check", "--fix")
    after = json.loads(path.read_text())["cells"]
    assert after[0] == cells[0]
    assert "".join(after[1]["source"]) == f"{BAD}  # noqa: LR2, LR3\n"
    assert found(run) == []


LIBRARY = """
import torch

def build(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, 30)

def train_one_epoch(model, loader, optimizer, scheduler):
    for x, y in loader:
        optimizer.step()
        scheduler.step()  # lrlint: ignore[LR101]
"""
SCRIPT = """
import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
for epoch in range(90):
    for x, y in loader:
        optimizer.step()
    scheduler.step()  # lrlint: ignore[LR101]
"""


def test_what_importers_do_with_a_module_is_not_known(write: Write, run: Run) -> None:
    write(library=LIBRARY)
    assert found(run) == []
    write(library=LIBRARY.replace("LR101", "LR777"))
    assert found(run) == ["LR001 library.py:9:44"]
    write(library=SCRIPT)
    assert found(run) == ["LR001 library.py:8:40"]
    # Nothing in this file calls the function: others may.
    idle = "def other(scheduler):\n    scheduler.epoch()  # lrlint: ignore[LR101, LR77]\n"
    write(library=idle + SCRIPT)
    assert found(run) == ["LR001 library.py:2:48", "LR001 library.py:11:40"]
    write(library="def main():\n    " + SCRIPT.strip().replace("\n", "\n    "))
    assert found(run) == ["LR001 library.py:9:44"]


# -- --add-ignore


@fake
def test_findings_are_silenced_with_a_reason(write: Write, run: Run) -> None:
    script = write(train=f"{BAD}\nother = StepLR(o, gamma=0.1)  # type: ignore\n")
    status, out, err = run("check", "--pedantic", "--add-ignore=as in the paper")
    assert (status, err) == (0, "lrlint: silenced 3 findings in 1 file\n")
    assert out.startswith("All clear")
    text = script.read_text()
    assert text == (
        f"{BAD}  # lrlint: ignore[LR201, LR301] as in the paper\n"
        "other = StepLR(o, gamma=0.1)  # type: ignore  # lrlint: ignore[LR602] as in the paper\n"
    )
    assert run("check", "--pedantic", "--add-ignore")[2] == ""
    assert script.read_text() == text


@fake
def test_a_path_is_no_reason(write: Write, run: Run) -> None:
    script = write(train=f"{BAD}  # lrlint: ignore[LR201]\r\n")
    write("other/train.py", BAD)
    assert run("check", "--add-ignore", "train.py")[0] == 0
    assert script.read_bytes() == f"{BAD}  # lrlint: ignore[LR201, LR301]\r\n".encode()
    assert len(found(run, "other")) == 2


@fake
def test_a_configuration_that_fixes_does_not_forbid_comments(write: Write, run: Run) -> None:
    script = write(train=f"{BAD}\n")
    write("lrlint.toml", "fix = true")
    assert run("check", "--add-ignore")[0] == 0
    assert script.read_text() == f"{BAD}  # lrlint: ignore[LR201, LR301]\n"


@fake
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--add-ignore=a # b"], "--add-ignore: a reason is one line without a `#`"),
        (["--add-ignore=a\nb"], "--add-ignore: a reason is one line without a `#`"),
        (["--add-ignore", "--fix"], "--add-ignore works on files, without --fix and --diff"),
        (["--add-ignore", "-"], "--add-ignore works on files, without --fix and --diff"),
    ],
)
def test_reasons_that_will_not_do(
    write: Write, run: Run, arguments: list[str], message: str
) -> None:
    write(train=BAD)
    assert run("check", *arguments) == (2, "", f"lrlint: {message}\n")


@fake
def test_unused_and_unreadable_are_left_alone(write: Write, run: Run) -> None:
    texts = {"a": "CosineAnnealingLR  # lrlint: ignore[LR6]\n", "b": "CosineAnnealingLR(\n"}
    write(**texts)
    assert run("check", "--add-ignore")[0] == 1
    assert {name: Path(f"{name}.py").read_text() for name in texts} == texts


@fake
def test_notebooks_are_silenced_too(project: Path, run: Run) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": ["%time x\n", f"{BAD}\n", "y"]}
    path = project / "nb.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    assert run("check", "--add-ignore")[0] == 0
    (after,) = json.loads(path.read_text())["cells"]
    assert after["source"] == ["%time x\n", f"{BAD}  # lrlint: ignore[LR201, LR301]\n", "y"]
    assert found(run) == []


PIECES = st.sampled_from(
    [
        "g(T_max=100)",
        "g(\n  T_max=100,\n  eta_min=0)",
        "[1,\n  # why\n g(T_max=100)]",
        '"""\n"""',
        "'''T_max\n# x'''",
        "a + \\\n  g(eta_min=0)",
        "g(eta_min=0,  # noqa: E501\n  b=1)",
        "x",
    ]
)
TAILS = st.sampled_from(["", "  # a", "  # noqa: E501", "  # lrlint: ignore[LR602]", " ;y"])
ROWS = st.builds(lambda pieces, tail: f"f({', '.join(pieces)}){tail}", st.lists(PIECES), TAILS)


@fake
@given(st.lists(ROWS, min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_comments_silence_everything_and_change_no_code(
    write: Write, run: Run, rows: list[str]
) -> None:
    text = "CosineAnnealingLR\n" + "".join(f"{row}\n" for row in rows)
    before = ast.dump(ast.parse(text))
    script = write(train=text)
    assert run("check", "--add-ignore", "--ignore", "LR001")[0] == 0, run("check")[1]
    after = script.read_text()
    assert ast.dump(ast.parse(after)) == before
    assert lint([script]).problems == ()
    assert run("check", "--add-ignore", "--ignore", "LR001")[2] == ""
    assert script.read_text() == after


REAL = """
import torch
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = \\
    torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, {argument}
    )
for epoch in range(90):
    for x, y in torch.utils.data.DataLoader(data):
        optimizer.step()
    scheduler.step()
"""


@pytest.mark.parametrize(
    "argument", ["T_max=100", 'T_max=int("""100""") \\\n', "T_max=\\\n100,  # why"]
)
def test_continued_lines_and_strings(write: Write, run: Run, argument: str) -> None:
    text = REAL.format(argument=argument)
    script = write(train=text)
    assert found(run)
    assert run("check", "--add-ignore")[0] == 0
    assert ast.dump(ast.parse(script.read_text())) == ast.dump(ast.parse(text))
    assert found(run) == []


# -- --baseline


@fake
def test_a_baseline_holds_back_as_many_as_it_counts(write: Write, run: Run, project: Path) -> None:
    write("src/a.py", f"{BAD}\n{BAD}\n")
    write("src/b.py", BAD)
    options = ("--baseline", "conf/base.json")
    (project / "conf").mkdir()
    assert run("check", "--write-baseline", "conf/base.json")[::2] == (
        0,
        "lrlint: 6 findings held back by conf/base.json\n",
    )
    assert json.loads((project / "conf/base.json").read_text()) == {
        "schema": 1,
        "files": {
            "../src/a.py": {"LR201": 2, "LR301": 2},
            "../src/b.py": {"LR201": 1, "LR301": 1},
        },
    }
    held = "lrlint: 6 findings in 2 files are held back by conf/base.json\n"
    assert run("check", *options)[::2] == (0, held)
    write("src/a.py", f"# moved\n\n{BAD}\n\n{BAD}\n")
    assert run("check", *options)[::2] == (0, held)
    write("src/b.py", f"{BAD}\n{BAD[:-11]})\n")
    status, out, err = run("check", "--output-format", "json", *options)
    assert [(one["filename"], one["code"]) for one in json.loads(out)] == [
        ("src/b.py", "LR201"),
        ("src/b.py", "LR201"),
    ]
    assert err == (
        "lrlint: 5 findings in 2 files are held back by conf/base.json\n"
        "lrlint: ../src/b.py: LR201: 2 found, 1 in conf/base.json: all are shown\n"
    )
    write("src/b.py", "x = 1\n")
    status, out, err = run("check", *options, "src/b.py")
    assert status == 0
    assert err.splitlines() == [
        f"lrlint: ../src/b.py: {code}: 0 found, 1 in conf/base.json: write it anew"
        for code in ("LR201", "LR301")
    ]
    assert run("check", *options, "src/a.py", "-q")[::2] == (0, "")


@fake
def test_the_baseline_of_a_configuration(write: Write, run: Run, project: Path) -> None:
    write("a/train.py", BAD)
    write("a/lrlint.toml", 'baseline = "base.json"')
    assert run("check") == (2, "", "lrlint: a/base.json: No such file or directory\n")
    assert run("check", "--write-baseline", "a/base.json", "a")[0] == 0
    assert found(run) == found(run, "a/train.py") == []
    assert len(lint([project], None).diagnostics) == 2
    write("b/train.py", BAD)
    assert len(found(run)) == 2


@fake
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a baseline (see --write-baseline)"),
        ("[]", "not a baseline (see --write-baseline)"),
        ('{"schema": 2, "files": {}}', "a baseline of another version of lrlint"),
        ('{"schema": 1, "files": {"a": {"LR1": "x"}}}', "not a baseline: numbers of findings are"),
        ('{"schema": 1, "files": {"a": 3}}', "not a baseline (see --write-baseline)"),
    ],
)
def test_files_that_are_no_baselines(write: Write, run: Run, text: str, message: str) -> None:
    write(train=BAD)
    write("base.json", text)
    status, out, err = run("check", "--baseline", "base.json")
    assert (status, out) == (2, "")
    assert err.startswith(f"lrlint: base.json: {message}")


# -- exit status


@fake
def test_exit_status_of_fixes(write: Write, run: Run) -> None:
    text = "scheduler = CosineAnnealingLR(o, eta_min=0)\n"
    for options, status in (
        ([], 0),
        (["--exit-non-zero-on-fix"], 1),
        (["--exit-non-zero-on-fix", "--exit-zero"], 1),
        (["--exit-non-zero-on-fix", "--fix-only"], 1),
    ):
        write(train=text)
        assert run("check", "--fix", *options)[0] == status
    assert run("check", "--fix", "--exit-non-zero-on-fix")[0] == 0


# -- the installed command, called as commit hooks call it


def test_one_commit_has_one_verdict(write: Write, run: Run) -> None:
    late = SCRIPT.replace("30)", "100)").replace("  # lrlint: ignore[LR101]", "")
    for name in ("b.py", "exp/a.py", "old/c.py"):
        write(name, late)
    write("pyproject.toml", '[tool.lrlint]\nignore = ["LR"]\nexclude = ["old/"]\n')
    write("exp/pyproject.toml", '[tool.lrlint]\nselect = ["LR"]\n')

    def verdict(*files: str) -> set[str]:
        status, out, err = run("check", "--force-exclude", "--output-format", "json", *files)
        assert status < 2, err
        return {f"{one['filename']} {one['code']}" for one in json.loads(out)}

    everything = verdict("b.py", "exp/a.py", "old/c.py")
    assert everything
    assert all(line.startswith("exp/a.py ") for line in everything)
    assert verdict("exp/a.py") == verdict("exp/a.py", "b.py") == verdict(".") == everything
    assert verdict("b.py") == verdict("old/c.py") == set()
