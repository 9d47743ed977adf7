"""JUnit XML: a test suite per file, a failed test per finding."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lrlint.diagnostics import Diagnostic, position
from lrlint.output import Results, Style
from lrlint.output.summary import count
from lrlint.output.text import clean, place

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(results: Results, style: Style) -> str:
    """Return a document; one without findings holds a test that passed."""
    diagnostics = results.diagnostics
    totals = {"name": "lrlint", **_totals(diagnostics)}
    root = Element("testsuites", totals)
    for filename, findings in groupby(diagnostics, key=lambda diagnostic: diagnostic.filename):
        _suite(root, filename, tuple(findings))
    if not diagnostics:
        suite = SubElement(root, "testsuite", totals)
        name = f"no findings in {count(results.files_checked, 'file')}"
        SubElement(suite, "testcase", {"name": name, "classname": "lrlint", "time": "0"})
    indent(root)
    # ASCII with character references: safe in every encoding of a terminal or pipe.
    text: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode() + "\n"


def _totals(findings: tuple[Diagnostic, ...]) -> dict[str, str]:
    errors = sum(_kind(finding) == "error" for finding in findings)
    return {
        "tests": str(len(findings) or 1),
        "failures": str(len(findings) - errors),
        "errors": str(errors),
        "time": "0",
    }


def _kind(finding: Diagnostic) -> str:
    return "error" if finding.code == "LR000" else "failure"  # a file that could not be checked


def _suite(root: Element, filename: str, findings: tuple[Diagnostic, ...]) -> None:
    name = _text(filename)
    suite = SubElement(root, "testsuite", {"name": name, "file": name, **_totals(findings)})
    classname = name.removesuffix(".py").replace("/", ".")
    for finding in findings:
        where = position(finding.filename, finding.cell, finding.location)
        within = where.removeprefix(f"{finding.filename}:")
        title = _text(f"{finding.code} {finding.name} ({within})")
        test = {"name": title, "classname": classname, "time": "0"}
        case = SubElement(suite, "testcase", test)
        said = _text(finding.message)
        attributes = {"message": said, "type": finding.severity.label}
        outcome = SubElement(case, _kind(finding), attributes)
        outcome.text = "\n".join(_details(finding, where, said))


def _details(finding: Diagnostic, where: str, said: str) -> list[str]:
    rows = [f"{where}: {finding.severity.label}[{finding.code}] {finding.name}: {said}"]
    for note in finding.related:
        at = position(note.filename, note.cell, note.location)
        rows.append(f"{at}: {note.message}")
    rows = [_text(place(row)) for row in rows]
    return [*rows, finding.url] if finding.url else rows


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", clean(text))
