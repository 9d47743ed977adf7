"""The formats that CI systems read: GitHub, GitLab, Azure, JUnit, reviewdog, pylint, Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lrlint.cli.report import append_job_summary
from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.linter.report import SourceFiles
from lrlint.output import FORMATS, Results, render
from lrlint.source import load
from lrlint.span import Location, Span

Make = Callable[..., Diagnostic]
MakeRelated = Callable[..., Related]

SCRIPT = "# é\nscheduler = CosineAnnealingLR(optimizer, 'é', T_max=10)\nscheduler.step()\n"
NOTEBOOK = '{"cells": [\n {"cell_type": "code", "source": [\n  "a = 1\\n",\n  "b.step()"]}]}\n'
PYLINT = re.compile(
    r"(?P<path>[^:]*):(?P<line>\d+): \[(?P<code>[A-Z]+\d+)\((?P<symbol>.*)\), .*?\] (?P<message>.*)"
)

JUNIT = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "file", "tests", "failures", "errors", "time"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "error"}),
    "failure": ({"message", "type"}, set[str]()),
    "error": ({"message", "type"}, set[str]()),
}
"""Of each element, attributes and children: a part of what Jenkins' `junit-10.xsd` allows."""


@pytest.fixture
def found(make: Make, related: MakeRelated) -> Results:
    """Return a finding of each severity: in a script, in a notebook and in an unparsed file."""
    edits = (
        Edit(Span("train.py", Location(2, 53), Location(2, 55)), "20"),
        Edit(Span("train.py", Location(2, 13), Location(2, 30)), "Cosine"),
    )
    fix = Fix(Applicability.UNSAFE, "set T_max", edits)
    note = related("T_max set here", (2, 46), (2, 54))
    diagnostics = (
        make((2, 46), (2, 54), related=(note,), fix=fix, message="T_max; is\n10]"),
        make((1, 1), (1, 1), code="LR000", name="unreadable", filename="x/bad.py", url=None),
        make((2, 1), (2, 9), filename="nb.ipynb", cell=1, severity=Severity.WARNING),
        make((2, 1), (2, 9), filename="nb.ipynb", cell=1, severity=Severity.ADVICE),
    )
    texts = {"train.py": SCRIPT, "nb.ipynb": NOTEBOOK, "x/bad.py": "("}
    files = SourceFiles({name: load(Path(name), data=t.encode()) for name, t in texts.items()})
    return Results(diagnostics, 3, files.lines, files=files)


def test_json_lines_are_the_objects_of_json(found: Results) -> None:
    lines = render("json-lines", found).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render("json", found))


def test_gitlab_issues(found: Results) -> None:
    issues = json.loads(render("gitlab", found))
    assert [issue["severity"] for issue in issues] == ["critical", "critical", "major", "info"]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert [issue["location"]["lines"]["begin"] for issue in issues] == [2, 1, 4, 4]
    assert issues[0] == {
        "type": "issue",
        "check_name": "LR101",
        "description": "LR101 step-in-batch-loop: T_max; is 10]",
        "categories": ["Bug Risk"],
        "severity": "critical",
        "fingerprint": issues[0]["fingerprint"],
        "location": {"path": "train.py", "lines": {"begin": 2, "end": 2}},
    }


def test_gitlab_fingerprints_stay_where_lines_move(make: Make) -> None:
    def prints(text: str, row: int) -> list[str]:
        files = SourceFiles({"train.py": load(Path("train.py"), data=text.encode())})
        diagnostic = make((row, 1), (row, 9), message=f"of line {row}")
        issues = json.loads(render("gitlab", Results((diagnostic,), lines=files.lines)))
        return [issue["fingerprint"] for issue in issues]

    assert prints("s.step()\n", 1) == prints("\n\n    s.step()\n", 3)
    assert prints("s.step()\n", 1) != prints("s.step(1)\n", 1)


def test_azure_commands(found: Results) -> None:
    first, _, third, fourth = render("azure", found).splitlines()
    assert first == (
        "##vso[task.logissue type=error;sourcepath=train.py;linenumber=2;columnnumber=46;"
        "code=LR101;]step-in-batch-loop: T_max%3B is%0A10%5D"
    )
    assert third == (
        "##vso[task.logissue type=warning;sourcepath=nb.ipynb;linenumber=4;columnnumber=4;"
        "code=LR101;]cell 1: step-in-batch-loop: T_max counts epochs, but step() runs per batch"
    )
    assert fourth == third  # advice: Azure has no third kind


def test_pylint_lines_match_what_jenkins_looks_for(found: Results) -> None:
    matches = [PYLINT.fullmatch(line) for line in render("pylint", found).splitlines()]
    assert [match and match["line"] for match in matches] == ["2", "1", "4", "4"]
    assert matches[0] is not None
    assert matches[0].groupdict() == {
        "path": "train.py",
        "line": "2",
        "code": "LR101",
        "symbol": "step-in-batch-loop",
        "message": "T_max; is 10]",
    }


def check_junit(text: str) -> ElementTree.Element:
    """Return the document, which has the attributes, children and totals that it should."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.keys()) <= attributes
        assert {child.tag for child in element} <= children
        if element.tag.startswith("testsuite"):
            numbers = [len(list(element.iter(tag))) for tag in ("testcase", "failure", "error")]
            assert [int(element.attrib[key]) for key in ("tests", "failures", "errors")] == numbers
    return root


def test_junit_has_a_suite_per_file_and_a_failure_per_finding(found: Results) -> None:
    root = check_junit(render("junit", found))
    assert [suite.get("name") for suite in root] == ["train.py", "x/bad.py", "nb.ipynb"]
    failure = root[0][0][0]
    assert root[0][0].attrib == {
        "name": "LR101 step-in-batch-loop (2:46)",
        "classname": "train",
        "time": "0",
    }
    assert failure.attrib == {"message": "T_max; is 10]", "type": "error"}
    assert failure.text == (
        "train.py:2:46: error[LR101] step-in-batch-loop: T_max; is 10]\n"
        "train.py:2:46: T_max set here\nhttps://example.org/LR101"
    )
    assert root[1][0][0].tag == "error"


def test_junit_without_findings_has_a_test_that_passed() -> None:
    root = check_junit(render("junit", Results((), 5)))
    assert [case.get("name") for case in root.iter("testcase")] == ["no findings in 5 files"]


def test_rdjson_columns_count_bytes_and_edits_are_one_suggestion(found: Results) -> None:
    report = json.loads(render("rdjson", found))
    assert report["source"] == {"name": "lrlint"}
    first, second, third, _ = report["diagnostics"]
    assert first["location"] == {
        "path": "train.py",
        "range": {"start": {"line": 2, "column": 47}, "end": {"line": 2, "column": 55}},
    }
    assert first["code"] == {"value": "LR101", "url": "https://example.org/LR101"}
    assert first["related_locations"][0]["message"] == "T_max set here"
    assert first["suggestions"] == [
        {
            "range": {"start": {"line": 2, "column": 13}, "end": {"line": 2, "column": 56}},
            "text": "Cosine(optimizer, 'é', T_max=20",
        }
    ]
    assert second["code"] == {"value": "LR000"}
    assert third["location"]["range"]["start"] == {"line": 4, "column": 4}
    assert third["severity"] == "WARNING"


def test_github_annotates_the_line_in_the_file_of_a_notebook(found: Results) -> None:
    lines = render("github", found).splitlines()
    assert ",file=nb.ipynb,line=4,endLine=4,col=4,endColumn=12::nb.ipynb:cell 1:2:1" in lines[2]


def test_github_job_summary_is_appended(
    found: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    append_job_summary(found)
    assert summary.read_text() == "# Before\n" + render("markdown", found) + "\n"


def test_github_job_summary_that_cannot_be_written_is_a_line(
    found: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/no/such/folder/x.md")
    append_job_summary(found)
    assert capsys.readouterr().err == (
        "lrlint: cannot write the job summary /no/such/folder/x.md: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("github", "GITHUB_WORKSPACE"),
        ("gitlab", "CI_PROJECT_DIR"),
        ("azure", "BUILD_SOURCESDIRECTORY"),
    ],
)
def test_paths_start_at_the_checkout(
    found: Results, name: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv(variable, str(tmp_path))
    assert "sub/train.py" in render(name, found)
    monkeypatch.setenv(variable, "/somewhere/else")
    assert "sub/train.py" not in render(name, found)


def test_markdown_is_a_table_in_which_code_stays_as_it_is(make: Make) -> None:
    odd = make((1, 1), (1, 2), message="a | b <img> `x` T_max [y](z) @me _it_", url=None)
    text = render("markdown", Results((odd, make((2, 1), (2, 2))), 1))
    assert text == (
        "### lrlint\n\nFound 2 findings (2 errors) in 1 file.\n\n"
        "| | rule | place | message |\n| --- | --- | --- | --- |\n"
        "| error | LR101 step-in-batch-loop | train.py:1:1 |"
        r" a \| b \<img\> \`x\` T_max \[y\](z) @<!-- -->me \_it\_ |"
        "\n| error | [LR101](https://example.org/LR101) step-in-batch-loop | train.py:2:1 |"
        " T_max counts epochs, but step() runs per batch |\n"
    )


def test_markdown_fits_into_a_comment(make: Make) -> None:
    found = tuple(make((row, 1), (row, 2), message="x" * 200) for row in range(1, 600))
    text = render("markdown", Results(found, 1))
    assert 59_000 < len(text) < 65_536
    left_out = 599 - len(re.findall(r"^\| error", text, re.MULTILINE))
    assert text.endswith(f"|\n\n{left_out} more findings left out.\n")


def test_grouped_lists_findings_below_their_file(found: Results) -> None:
    assert render("grouped", found).startswith(
        "train.py:\n  2:46  error[LR101] step-in-batch-loop: T_max; is 10]\n\nx/bad.py:\n"
    )


def test_the_documentation_lists_the_formats() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", text.partition("## JSON")[0], re.MULTILINE)
    assert rows == [(name, kind.summary) for name, kind in FORMATS.items()]
