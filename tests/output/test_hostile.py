"""Whatever a script, its name or a rule says: a report stays what its readers can parse."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_ci_formats import check_junit

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.linter.report import SourceFiles
from lrlint.output import FORMATS, Results, render
from lrlint.source import load
from lrlint.span import Location, Span

FRAGMENTS = [
    *("]]>", "<!--", "::error::", "##vso[task.complete]", "%0A", "%25", "|", "`", "](x)", "\\"),
    *("\n", "\r\n", "\u2028", "\x00", "\x1b[2J", "\x85", "\ufffe", "\udcff", "\ud83d", "😀"),
    *('"', "'", ";", ",", ":", "]", "&amp;", "@x", "/", "..", "é"),
]
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=6).map("".join)
places = st.builds(Location, st.integers(1, 4), st.integers(1, 12))
severities = st.sampled_from(Severity)


@st.composite
def results(draw: st.DrawFn) -> Results:
    name = draw(texts) or "x.py"
    source = draw(texts) + "\n" + draw(texts)
    start, end = sorted([draw(places), draw(places)])
    edit = Edit(Span(name, start, end), draw(texts))
    applicability = draw(st.sampled_from(Applicability))
    fix = draw(st.none() | st.just(Fix(applicability, draw(texts), (edit,))))
    related = Related(draw(texts), draw(texts) or "y.py", start, end)
    diagnostics = tuple(
        Diagnostic(
            "LR101", "a-rule", draw(severities), draw(texts), name, start, end,
            related=(related,), fix=fix,
        )
        for _ in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    data = source.replace("\0", "").encode("utf-8", "replace")
    files = SourceFiles({name: load("x.py", data=data)} if draw(st.booleans()) else {})
    return Results(diagnostics, 1, files.lines, files=files, problems=(draw(texts),))


def parsed(text: str) -> Any:
    text.encode()  # no lone surrogate, or the output could not be written
    value = json.loads(text)
    json.dumps(value, ensure_ascii=False).encode()  # nor one as an escape
    return value


@settings(max_examples=80, deadline=None)
@given(results())
def test_every_report_can_be_parsed(results: Results) -> None:
    count = len(results.diagnostics)
    assert len(parsed(render("sarif", results))["runs"][0]["results"]) == count
    assert len(parsed(render("gitlab", results))) == count
    assert len(parsed(render("rdjson", results))["diagnostics"]) == count
    assert len(json.loads(render("json", results))) == count
    assert len(render("json-lines", results).splitlines()) == count
    assert len(list(check_junit(render("junit", results)).iter("failure"))) == count
    azure = render("azure", results).split("\n")[:-1]
    assert len(azure) == count
    for line in azure:
        assert re.fullmatch(r"##vso\[task\.logissue (\w+=[^;\]]*;){5}\][^\];]*", line)
    github = render("github", results).split("\n")[:-1]
    assert len(github) == count
    for line in github:
        assert re.fullmatch(r"::\w+ title=[^:]*?,file=[^:,]*(,\w+=\d+)+::.*", line)
    pylint = render("pylint", results).split("\n")[:-1]
    assert len(pylint) == count
    assert all(re.search(r":\d+: \[LR101\(a-rule\), \] ", line) for line in pylint)
    rows = [line for line in render("markdown", results).split("\n") if line.startswith("| ")]
    assert len(rows) == (count + 2 if count else 0)
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5 for row in rows)


@settings(max_examples=60, deadline=None)
@given(results())
def test_no_report_holds_a_control_character(results: Results) -> None:
    for name in FORMATS:
        text = render(name, results)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff]", text), name
        assert not re.search(r"^\s*(::|##vso)(?!\w+ title=lrlint|\[task\.logissue)", text, re.M)
