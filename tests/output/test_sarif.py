"""SARIF, as GitHub code scanning and Microsoft's validator read it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.linter.report import SourceFiles
from lrlint.output import About, Results, RulePage, render
from lrlint.output.places import line_hash
from lrlint.output.sarif import uri
from lrlint.source import load
from lrlint.span import Location, Span

Make = Callable[..., Diagnostic]
MakeRelated = Callable[..., Related]

SPAN = Span("train.py", Location(3, 2), Location(3, 9))
FIX = Fix(Applicability.SAFE, "set `interval`", (Edit(SPAN, '"step"'),))
NOTEBOOK = """{"cells": [
  {"cell_type": "markdown", "source": []},
  {"cell_type": "code", "source": [
    "x = 'é\\u00e9\\ud83d\\ude00\\t'; y = 1\\n",
    "scheduler.step()"
  ]},
  {"cell_type": "code", "source": "a = 1\\nscheduler.step()"}
]}
"""


def sarif(results: Results) -> dict[str, Any]:
    log = json.loads(render("sarif", results))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def files(**texts: str) -> SourceFiles:
    names = {name.replace("_ipynb", ".ipynb").replace("_py", ".py"): t for name, t in texts.items()}
    return SourceFiles({name: load(Path(name), data=text.encode()) for name, text in names.items()})


def test_sarif_embeds_the_page_of_each_rule(make: Make) -> None:
    page = RulePage(
        "It does not end.",
        "It does not end.\n\n## What it does\n\nReports `step()`\nin a loop.\n\n## Why\n\nBecause.",
        Severity.WARNING,
    )
    about = About("https://example.org", {"LR101": page})
    driver = sarif(Results((make((1, 1), (1, 2)),), about=lambda: about))["tool"]["driver"]
    assert driver["informationUri"] == "https://example.org"
    assert driver["rules"] == [
        {
            "id": "LR101",
            "name": "step-in-batch-loop",
            "shortDescription": {"text": "It does not end."},
            "fullDescription": {"text": "Reports `step()` in a loop."},
            "help": {"text": page.documentation, "markdown": page.documentation},
            "defaultConfiguration": {"level": "warning"},
            "properties": {
                "tags": ["correctness", "learning-rate", "pytorch"],
                "precision": "high",
                "problem.severity": "warning",
            },
            "helpUri": "https://example.org/LR101",
        }
    ]


def test_sarif_names_no_address_where_there_is_none(make: Make) -> None:
    driver = sarif(Results((make((1, 1), (1, 2), url=None),)))["tool"]["driver"]
    assert "informationUri" not in driver
    assert "helpUri" not in driver["rules"][0]


def test_sarif_of_a_notebook_has_the_region_in_its_file(make: Make) -> None:
    notebook = files(nb_ipynb=NOTEBOOK)
    places = [(2, (2, 1), (2, 17)), (3, (2, 1), (2, 17)), (2, (1, 13), (1, 18))]
    found = tuple(make(*place, filename="nb.ipynb", cell=cell) for cell, *place in places)
    run = sarif(Results(found, lines=notebook.lines, files=notebook))
    physical = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [place["region"]["startLine"] for place in physical] == [5, 7, 4]
    snippets = [place["region"]["snippet"]["text"] for place in physical]
    assert snippets == ["scheduler.step()", "scheduler.step()", "y = 1"]
    assert run["results"][0]["locations"][0]["logicalLocations"] == [{"name": "cell 2, line 2"}]


def test_sarif_of_an_unknown_notebook_names_the_cell_only(make: Make) -> None:
    diagnostic = make((4, 5), (4, 9), filename="nb.ipynb", cell=7, severity=Severity.ADVICE)
    (result,) = sarif(Results((diagnostic,)))["results"]
    assert result["level"] == "note"
    assert result["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "nb.ipynb"}},
            "logicalLocations": [{"name": "cell 7, line 4"}],
        }
    ]


def test_sarif_fingerprints_stay_where_lines_move(make: Make) -> None:
    def prints(text: str, row: int) -> list[dict[str, str]]:
        sources = files(train_py=text)
        found = (make((row, 1), (row, 5)), make((row + 1, 1), (row + 1, 5)))
        run = sarif(Results(found, lines=sources.lines, files=sources))
        return [result["partialFingerprints"] for result in run["results"]]

    before, same = prints("step()\nstep()\n", 1)
    assert [before, same] == prints("import torch\n\n\n  step()\n\tstep()\n", 4)
    assert before["lrlint/v1"] != same["lrlint/v1"]
    assert before["primaryLocationLineHash"] != same["primaryLocationLineHash"]


def test_line_hashes_are_those_of_github() -> None:
    """The values come from the function `hash` of github/codeql-action, run by Node.js."""
    text = "a = 1\r\n  b\t= 2\n\n\n  \nb=2\r\rx 😀 é\n" * 3 + " "
    assert [line_hash(text, row) for row in EXPECTED] == list(EXPECTED.values())


EXPECTED = {
    1: "f3207f21b22814d4:1",
    2: "687fc1a5cd20313:1",
    3: "53ca0d6143319780:1",
    5: "3ebbe83c755d6fc4:1",
    9: "cba45472b5a26c55:1",
    16: "762cb3b49ef9623a:1",
    24: "9fca9f44984fd40f:1",
    25: "c129715d7a2bc9a3:1",
}


def test_sarif_says_what_kept_lrlint_from_its_work(make: Make) -> None:
    (invocation,) = sarif(Results((), problems=("x.py: no such file",)))["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": "x.py: no such file"}}
        ],
    }


def test_sarif_paths_start_at_the_checkout_of_github(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    (result,) = sarif(Results((make((1, 1), (1, 2)),)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "sub/train.py"}


def test_sarif_holds_rules_results_notes_and_safe_fixes(make: Make, related: MakeRelated) -> None:
    note = related("T_max set here", (12, 1), (12, 9), "sub dir/é.py")
    run = sarif(Results((make((41, 13), (42, 1), related=(note,), fix=FIX),)))
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == [
        {
            "ruleId": "LR101",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "T_max counts epochs, but step() runs per batch"},
            "partialFingerprints": run["results"][0]["partialFingerprints"],
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "train.py"},
                        "region": {
                            "startLine": 41,
                            "startColumn": 13,
                            "endLine": 42,
                            "endColumn": 1,
                        },
                    }
                }
            ],
            "relatedLocations": [
                {
                    "id": 0,
                    "physicalLocation": {
                        "artifactLocation": {"uri": "sub%20dir/%C3%A9.py"},
                        "region": {
                            "startLine": 12,
                            "startColumn": 1,
                            "endLine": 12,
                            "endColumn": 9,
                        },
                    },
                    "message": {"text": "T_max set here"},
                }
            ],
            "fixes": [
                {
                    "description": {"text": "set `interval`"},
                    "artifactChanges": [
                        {
                            "artifactLocation": {"uri": "train.py"},
                            "replacements": [
                                {
                                    "deletedRegion": {
                                        "startLine": 3,
                                        "startColumn": 2,
                                        "endLine": 3,
                                        "endColumn": 9,
                                    },
                                    "insertedContent": {"text": '"step"'},
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ]


def test_sarif_keeps_the_bytes_of_names_that_are_not_utf8(make: Make) -> None:
    diagnostic = make((1, 1), (1, 2), filename="d/k\udcff é.py", message="odd \udcff")
    (result,) = sarif(Results((diagnostic,)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "d/k%FF%20%C3%A9.py"}
    assert result["message"] == {"text": "odd \N{REPLACEMENT CHARACTER}"}


def test_sarif_uris() -> None:
    assert uri("a/b c.py") == "a/b%20c.py"
    assert uri("/home/me/a.py") == "file:///home/me/a.py"
    assert uri("C:/me/a.py") == "file:///C:/me/a.py"
    assert uri("a:b.py") == "a%3Ab.py"


MULTITOOL = os.environ.get("LRLINT_SARIF_MULTITOOL")
"""The program Sarif.Multitool of the npm package @microsoft/sarif-multitool."""


@pytest.mark.skipif(MULTITOOL is None, reason="LRLINT_SARIF_MULTITOOL names no validator")
@pytest.mark.parametrize("paths", [["examples"], ["no such folder", "examples"]])
def test_microsofts_validator_finds_no_error(paths: list[str], tmp_path: Path) -> None:
    assert MULTITOOL is not None
    report = tmp_path / "r.sarif"
    options = ["--pedantic", "--output-format", "sarif", "--output-file", report]
    root = Path(__file__).parents[2]
    subprocess.run(["lrlint", "check", *options, *paths], cwd=root, check=False)
    validator = [MULTITOOL, "validate", report, "--rule-kind", "Sarif;Ghas", "--level", "Error"]
    environment = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    said = subprocess.run(validator, env=environment, capture_output=True, text=True, check=False)
    assert "Analysis completed successfully" in said.stdout
    assert ": error " not in said.stdout
