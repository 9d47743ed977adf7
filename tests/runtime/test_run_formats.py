"""`lrlint run` in the formats of `lrlint check`, and what `--fail-on` makes of its findings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from torch_process import lrlint

from lrlint.diagnostics import Diagnostic, Severity
from lrlint.runtime.verdicts import Judgement, Verdict, reported
from lrlint.span import Location

SLOW = """
    import sys
    import torch
    from torch.optim.lr_scheduler import OneCycleLR
    from torch.utils.data import DataLoader

    layer = torch.nn.Linear(3, 1)
    sgd = torch.optim.SGD(layer.parameters(), lr=0.05)
    batches = DataLoader(torch.randn(12, 3), batch_size=3)
    cycle = OneCycleLR(sgd, max_lr=0.2, epochs=6, steps_per_epoch=len(batches))
    for _ in range(6):
        for batch in batches:
            sgd.zero_grad()
            layer(batch).sum().backward()
            sgd.step()
        cycle.step()
    sys.exit(int(sys.argv[1]) if sys.argv[1:] else 0)
"""


def finding(code: str, row: int, severity: Severity = Severity.ERROR) -> Diagnostic:
    at = Location(row, 1)
    return Diagnostic(code, "a-name", severity, "says so", "train.py", at, at)


def test_each_defect_is_reported_once() -> None:
    seen = finding("LR202", 10)
    static = [finding("LR102", 16), finding("LR101", 16), finding("LR301", 9), finding("LR104", 3)]
    judgements = [
        Judgement(Verdict.CONFIRMED, seen),
        Judgement(Verdict.CONFIRMED, finding("LR111", 10)),  # by a rule that is off
        Judgement(Verdict.REFUTED),
        Judgement(Verdict.NOT_EXERCISED),
    ]
    result = reported(static, [seen], judgements)
    assert [(one.code, one.severity.label, one.message) for one in result] == [
        ("LR104", "error", "says so (not exercised by this run)"),
        ("LR301", "advice", "says so (refuted by this run)"),
        ("LR202", "error", "says so"),
        ("LR101", "error", "says so (confirmed by this run)"),
    ]
    (note,) = result[2].related
    assert (note.message, note.location.row) == ("LR102 a-name: confirmed by this run", 16)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(dedent(SLOW), encoding="utf-8")
    return lrlint("run", *arguments, cwd=folder, **environment)


@pytest.mark.slow
def test_findings_fail_a_run_that_went_well(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    result = run(
        tmp_path, "--fail-on", "error", "--output-format", "github", "train.py",
        GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("::error title=lrlint (LR202 onecycle-length),file=train.py,")
    assert summary.read_text(encoding="utf-8").startswith("### lrlint\n\nFound 1 finding (1 error)")


@pytest.mark.slow
def test_the_status_of_the_script_comes_first(tmp_path: Path) -> None:
    options = ["--fail-on", "error", "--output-format", "gitlab", "--output-file", "out.json"]
    assert run(tmp_path, *options, "train.py", "7").returncode == 7
    (issue,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (issue["check_name"], issue["location"]["lines"]["begin"]) == ("LR202", 10)


@pytest.mark.slow
def test_rules_that_are_off_report_nothing_and_still_confirm(tmp_path: Path) -> None:
    options = ["--select", "LR102", "--fail-on", "never", "--output-format", "json-lines"]
    result = run(tmp_path, *options, "train.py")
    assert result.returncode == 0
    (record,) = map(json.loads, result.stderr.splitlines())
    assert record["code"] == "LR102"
    assert record["message"].endswith("(confirmed by this run)")


def test_an_unknown_rule_or_format_is_one_line(tmp_path: Path) -> None:
    for option, value, said in (
        ("--output-format", "sarfi", "no format is called 'sarfi'; did you mean sarif?"),
        ("--select", "LR1022", "--select: no rule is called 'LR1022'"),
    ):
        result = run(tmp_path, option, value, "train.py")
        assert (result.returncode, result.stdout) == (2, "")
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
