"""The language server, spoken to as an editor does."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("pygls.lsp.server")

from editor import EVERYTHING, Editor, editing
from lsprotocol import types

from lrlint.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
WRONG = (EXAMPLES / "lr101_step_in_batch_loop.py").read_text(encoding="utf-8")
NO_FLOOR = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=20)
for epoch in range(20):
    optimizer.step()
    scheduler.step()
"""
"""eta_min is left at 0, of which LR301 warns."""
OLD = NO_FLOOR.replace("T_max=20", "T_max=20, eta_min=0.001, verbose=True").replace(
    "scheduler.step()", "scheduler.step()\n    print(scheduler.get_lr())"
)
"""An argument and a call of another time: LR410 and LR405, with safe fixes."""
END = types.Position(5, NO_FLOOR.splitlines()[5].index(")"))
"""The end of the scheduler's arguments."""
HELPER = """\
from torch.optim.lr_scheduler import CosineAnnealingLR

def build(optimizer):
    return CosineAnnealingLR(optimizer, T_max=20, eta_min=0.001)
"""
MAIN = """\
import torch
from helper import build

model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = build(optimizer)
for epoch in range(20):
    optimizer.step()
    scheduler.step()
"""

pytestmark = pytest.mark.slow
Test = Callable[[Editor], Awaitable[None]]


def on(folder: Path, test: Test, **how: object) -> None:
    """Run a test against a server that is started in a folder."""

    async def run() -> None:
        async with editing(folder, **how) as editor:  # type: ignore[arg-type]
            await test(editor)

    asyncio.run(run())


def codes(findings: list[types.Diagnostic]) -> list[str]:
    return [str(finding.code) for finding in findings]


def picture(markdown: str) -> ElementTree.Element:
    """Return the SVG in a hover."""
    found = re.search(r"!\[[^\]]*\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markdown)
    assert found is not None
    return ElementTree.fromstring(base64.b64decode(found[1]))


def test_a_finding_as_the_protocol_has_it(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", WRONG)
        (finding,) = await editor.findings(uri)
        row = WRONG.splitlines().index("        scheduler.step()")
        assert finding.range == types.Range(types.Position(row, 8), types.Position(row, 24))
        assert (finding.code, finding.source) == ("LR101", "lrlint")
        assert finding.severity is types.DiagnosticSeverity.Error
        assert finding.message.startswith("step-in-batch-loop: T_max=10 epochs, but step() runs")
        notes = finding.related_information or ()
        assert [note.message for note in notes][:1] == ["T_max set here"]
        assert {note.location.uri for note in notes} == {uri}
        editor.close(uri)
        assert await editor.findings(uri, version=None) == []

    on(tmp_path, test)


def test_only_the_last_of_many_versions_is_reported(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        assert codes(await editor.findings(uri)) == ["LR301"]
        for character in reversed(", eta_min=0.001"):
            editor.edit(uri, types.TextEdit(types.Range(END, END), character))
        assert editor.text(uri).splitlines()[5].endswith("T_max=20, eta_min=0.001)")
        assert codes(await editor.findings(uri)) == []
        assert [params.version for params in editor.published] == [1, editor.version(uri)]

    on(tmp_path, test)


def test_a_file_that_is_broken_for_a_moment(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        assert codes(await editor.findings(uri)) == ["LR301"]
        editor.replace(uri, NO_FLOOR.replace("T_max=20)", "T_max="))
        assert codes(await editor.findings(uri)) == ["LR000"]
        assert await editor.hints(uri) == []
        editor.replace(uri, NO_FLOOR)
        assert codes(await editor.findings(uri)) == ["LR301"]
        assert editor.logged == []

    on(tmp_path, test)


def test_files_without_a_schedule_are_left_to_others(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("notes.py", "def (\n")
        assert codes(await editor.findings(uri)) == []

    on(tmp_path, test)


@pytest.mark.parametrize("text", [OLD, OLD.replace("\n", "\r\n"), OLD.rstrip()])
def test_fixes_do_what_the_command_line_does(tmp_path: Path, text: str) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", text)
        removed, called = await editor.findings(uri)
        assert codes([removed, called]) == ["LR410", "LR405"]
        (everything,) = await editor.actions(uri, EVERYTHING, only=["source.fixAll"])
        assert everything.kind == "source.fixAll.lrlint"
        for finding in (called, removed):
            actions = await editor.actions(uri, finding.range, only=["quickfix"])
            (fix,) = (action for action in actions if action.is_preferred)
            assert list(fix.diagnostics or ()) == [finding]
            assert set(fixed_by(tmp_path, text, finding)) == {*editor.applied(fix).values()}
        assert {*editor.applied(everything).values()} == {*fixed_by(tmp_path, text)}

    on(tmp_path, test)


def fixed_by(folder: Path, text: str, finding: types.Diagnostic | None = None) -> Iterator[str]:
    """Yield a text after ``lrlint --fix``, of one rule or of all."""
    file = folder / "train.py"
    file.write_bytes(text.encode())
    main(["--fix", *(("--select", str(finding.code)) if finding else ()), str(file)])
    fixed = file.read_bytes().decode()
    assert fixed != text
    yield fixed


def test_an_unsafe_fix_says_so(tmp_path: Path) -> None:
    text = NO_FLOOR.replace("T_max=20", "T_max=50, eta_min=0.001")

    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", text)
        (finding,) = await editor.findings(uri)
        assert finding.code == "LR201"
        actions = await editor.actions(uri, finding.range)
        (fix,) = (action for action in actions if action.title.endswith("(may change behaviour)"))
        assert not fix.is_preferred
        assert editor.applied(fix)[uri] == text.replace("T_max=50", "T_max=20")
        assert await editor.actions(uri, EVERYTHING, only=["source.fixAll.lrlint"]) == []

    on(tmp_path, test)


def test_a_finding_is_suppressed_where_it_is(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        (finding,) = await editor.findings(uri)
        actions = await editor.actions(uri, finding.range, only=["quickfix"])
        (comment,) = (action for action in actions if action.title == "Suppress LR301 here")
        changed = editor.applied(comment)[uri]
        assert "T_max=20)  # lrlint: ignore[LR301]\n" in changed
        editor.replace(uri, changed)
        assert codes(await editor.findings(uri)) == []
        line = NO_FLOOR.splitlines().index("scheduler = CosineAnnealingLR(optimizer, T_max=20)")
        page = await editor.hover(uri, line, changed.splitlines()[line].index("LR301") + 2)
        assert page is not None
        assert page.startswith("### LR301 eta-min-zero\n\n")
        assert "## What it does" in page
        editor.replace(uri, changed.replace("T_max=20", "T_max=20, eta_min=0.001"))
        (unused,) = await editor.findings(uri)
        assert (unused.code, list(unused.tags or ())) == (
            "LR001",
            [types.DiagnosticTag.Unnecessary],
        )

    on(tmp_path, test)


def test_the_curve_is_a_picture(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        assert await editor.hints(uri) == [(5, "→ 0.0006156 after 20 steps")]
        built = await editor.hover(uri, 5, 20)
        stepped = await editor.hover(uri, 8, 8)
        assert built is not None
        assert stepped is not None
        svg = picture(stepped)
        (line,) = svg.iter("{http://www.w3.org/2000/svg}polyline")
        assert len(line.attrib["points"].split()) == 20
        assert "| 1 | 0.1 | first step |" in stepped
        assert "| 20 | 0.0006156 | last step |" in stepped
        assert built.startswith(stepped)
        assert "### LR301 eta-min-zero" in built
        assert await editor.hover(uri, 3, 0) is None

    on(tmp_path, test)


def test_a_client_without_pictures_gets_the_table(tmp_path: Path) -> None:
    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        await editor.hints(uri)
        stepped = await editor.hover(uri, 8, 8)
        assert stepped is not None
        assert "data:" not in stepped
        assert "| 1 | 0.1 | first step |" in stepped

    on(tmp_path, test, options={"pictures": False})


def test_what_is_unknown_is_not_drawn(tmp_path: Path) -> None:
    text = NO_FLOOR.replace("range(20)", "range(epochs())")

    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", text)
        await editor.findings(uri)
        assert await editor.hints(uri) == []
        stepped = await editor.hover(uri, 8, 8)
        assert stepped is not None
        assert "data:" not in stepped
        assert "unknown, so that the curve cannot be drawn: `how often the loop over" in stepped

    on(tmp_path, test)


def test_an_import_leads_to_the_unsaved_text(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(HELPER, encoding="utf-8")

    async def test(editor: Editor) -> None:
        main = editor.open("main.py", MAIN)
        assert codes(await editor.findings(main)) == []
        assert await editor.hints(main) == []  # it is built in the other file
        helper = editor.open("helper.py", HELPER.replace("T_max=20", "T_max=50"))
        await editor.until(lambda: codes(editor.newest(helper)) == ["LR201"])
        editor.replace(helper, HELPER.replace("T_max=20", "T_max=("))
        await editor.until(lambda: codes(editor.newest(helper)) == ["LR000"])
        editor.replace(helper, HELPER)
        await editor.until(lambda: codes(editor.newest(helper)) == [])
        editor.replace(helper, HELPER.replace("T_max=20", "T_max=50"))
        await editor.until(lambda: codes(editor.newest(helper)) == ["LR201"])
        editor.close(helper)
        await editor.until(lambda: codes(editor.newest(helper)) == [])
        assert editor.logged == []

    on(tmp_path, test)


def test_a_document_that_is_saved_nowhere(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(HELPER.replace("20", "50"), encoding="utf-8")

    async def test(editor: Editor) -> None:
        uri = editor.open("untitled:Untitled-1", NO_FLOOR)
        assert codes(await editor.findings(uri)) == ["LR301"]
        other = editor.open("untitled:Untitled-2", MAIN)
        await editor.findings(other)
        helper = (tmp_path / "helper.py").as_uri()
        assert codes(await editor.findings(helper, version=None)) == ["LR201"]

    on(tmp_path, test)


def test_settings_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "vendored").mkdir()
    settings = '[tool.lrlint]\nignore = ["LR301"]\nexclude = ["vendored/"]\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")

    async def test(editor: Editor) -> None:
        assert codes(await editor.findings(editor.open("train.py", NO_FLOOR))) == []
        text = NO_FLOOR.replace("T_max=20", "T_max=50")
        assert codes(await editor.findings(editor.open("a.py", text))) == ["LR201"]
        assert codes(await editor.findings(editor.open("vendored/a.py", text))) == []

    on(tmp_path, test)


def test_what_is_installed_in_the_project_is_left_alone(tmp_path: Path) -> None:
    """The folders above the workspace may have any name."""
    project = tmp_path / "dist" / "project"
    (project / ".venv").mkdir(parents=True)

    async def test(editor: Editor) -> None:
        assert codes(await editor.findings(editor.open("train.py", NO_FLOOR))) == ["LR301"]
        assert codes(await editor.findings(editor.open(".venv/train.py", NO_FLOOR))) == []

    on(project, test, cwd=Path(tmp_path.anchor))


def test_settings_that_are_wrong_are_told_once(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.lrlint]\nselct = ["LR301"]\n', encoding="utf-8")

    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        assert codes(await editor.findings(uri)) == []
        editor.replace(uri, NO_FLOOR + "\n")
        assert codes(await editor.findings(uri)) == []
        (message,) = editor.shown
        assert "unknown key 'selct'; did you mean 'select'?" in message
        file.write_text("", encoding="utf-8")
        event = types.FileEvent(file.as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await editor.until(lambda: codes(editor.newest(uri)) == ["LR301"])

    on(tmp_path, test)


def test_a_module_that_changes_on_disk(tmp_path: Path) -> None:
    helper = tmp_path / "helper.py"
    helper.write_text(HELPER, encoding="utf-8")

    async def test(editor: Editor) -> None:
        assert codes(await editor.findings(editor.open("main.py", MAIN))) == []
        helper.write_text(HELPER.replace("T_max=20", "T_max=50"), encoding="utf-8")
        event = types.FileEvent(helper.as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await editor.until(lambda: codes(editor.newest(helper.as_uri())) == ["LR201"])

    on(tmp_path, test)


@pytest.mark.parametrize(
    ("encoding", "rocket"),
    [
        (types.PositionEncodingKind.Utf8, 4),
        (types.PositionEncodingKind.Utf16, 2),
        (types.PositionEncodingKind.Utf32, 1),
    ],
)
def test_columns_in_the_units_of_the_client(
    tmp_path: Path, encoding: types.PositionEncodingKind, rocket: int
) -> None:
    text = NO_FLOOR.replace("scheduler =", 'x = "\N{ROCKET}\N{ROCKET}"; scheduler =')
    plain = len("scheduler = ")

    async def test(editor: Editor) -> None:
        assert editor.capabilities.position_encoding == encoding
        uri = editor.open("train.py", text)
        (finding,) = await editor.findings(uri)
        assert finding.range.start.character == len('x = ""; ') + 2 * rocket + plain
        # First one rocket goes, then the rest of its statement.
        changes = [
            types.TextDocumentContentChangePartial(
                types.Range(types.Position(5, start), types.Position(5, end)), ""
            )
            for start, end in ((5, 5 + rocket), (0, len('x = ""; ') + rocket))
        ]
        editor.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(2, uri), list(changes)
            )
        )
        (finding,) = await editor.findings(uri, version=2)
        assert finding.range.start.character == plain

    on(tmp_path, test, encodings=[encoding])


def test_only_the_ends_of_the_protocol_end_a_line(tmp_path: Path) -> None:
    text = f'pages = "\x0c \u2028 \x85"\n{NO_FLOOR}'

    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", text)
        (finding,) = await editor.findings(uri)
        assert finding.range.start.line == 6
        end = types.Position(6, END.character)
        place = types.Range(end, end)
        editor.edit(uri, types.TextEdit(place, ", eta_min=0.001"))
        assert codes(await editor.findings(uri)) == []

    on(tmp_path, test)


def test_a_crash_is_logged_once_and_the_server_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "plugin"
    (plugin / "acme-1.dist-info").mkdir(parents=True)
    (plugin / "acme-1.dist-info" / "METADATA").write_text("Name: acme\nVersion: 1\n")
    (plugin / "acme-1.dist-info" / "entry_points.txt").write_text("[lrlint.rules]\na = acme\n")
    (plugin / "acme.py").write_text(
        "import os\n"
        "from lrlint.diagnostics import Severity\n"
        "from lrlint.rule import Rule\n"
        "class Crash(Rule):\n"
        "    code, name, severity = 'ACME1', 'crash', Severity.ERROR\n"
        "    def check(self, schedule):\n"
        "        print('noise')\n"
        "        if schedule.variable == 'die': os._exit(3)\n"
        "        raise RuntimeError('a bug')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(plugin))

    async def test(editor: Editor) -> None:
        uri = editor.open("train.py", NO_FLOOR)
        assert codes(await editor.findings(uri)) == ["LR301"]
        editor.replace(uri, NO_FLOOR + "\n")
        assert codes(await editor.findings(uri)) == ["LR301"]
        (message,) = editor.logged
        assert "train.py, rule ACME1 crash: RuntimeError: a bug" in message
        editor.replace(uri, NO_FLOOR.replace("scheduler", "die"))
        assert codes(await editor.findings(uri)) == []
        assert "the analysis ended unexpectedly" in editor.logged[-1]
        editor.replace(uri, NO_FLOOR)
        assert codes(await editor.findings(uri)) == ["LR301"]

    on(tmp_path, test)


def test_a_notebook_has_its_findings_in_its_cells(tmp_path: Path) -> None:
    rows = OLD.splitlines(keepends=True)
    sources = ["%matplotlib inline\n", "".join(rows[:5]), "".join(rows[5:])]
    notebook = (tmp_path / "train.ipynb").as_uri()
    uris = [f"vscode-notebook-cell:/train.ipynb#{number}" for number in range(len(sources))]

    async def test(editor: Editor) -> None:
        cells = [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris]
        editor.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                types.NotebookDocument(notebook, "jupyter-notebook", 1, cells),
                [
                    types.TextDocumentItem(uri, "python", 1, text)
                    for uri, text in zip(uris, sources, strict=True)
                ],
            )
        )
        finding, other = await editor.findings(uris[2], version=1)
        assert (finding.code, finding.range.start.line) == ("LR410", 0)
        assert (other.code, other.range.start.line) == ("LR405", 4)
        hint = "→ 0.001609 after 20 steps in older releases of torch"
        assert await editor.hints(uris[2]) == [(0, hint)]
        assert await editor.hints(uris[1]) == []
        assert "| 20 | 0.001609 | last step |" in (await editor.hover(uris[2], 3, 8) or "")
        actions = await editor.actions(uris[2], finding.range, only=["source"])
        assert [action.kind for action in actions] == ["source.fixAll.lrlint"]
        # A line before the first in the last cell, and the cells in another order.
        change = types.TextDocumentContentChangePartial(
            types.Range(types.Position(0, 0), types.Position(0, 0)), "\n"
        )
        editor.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(2, notebook),
                types.NotebookDocumentChangeEvent(
                    cells=types.NotebookDocumentCellChanges(
                        structure=types.NotebookDocumentCellChangeStructure(
                            types.NotebookCellArrayChange(0, 1)
                        ),
                        text_content=[
                            types.NotebookDocumentCellContentChanges(
                                types.VersionedTextDocumentIdentifier(2, uris[2]), [change]
                            )
                        ],
                    )
                ),
            )
        )
        finding, other = await editor.findings(uris[2], version=2)
        assert (finding.code, finding.range.start.line) == ("LR410", 1)
        editor.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(notebook),
                [types.TextDocumentIdentifier(uri) for uri in uris],
            )
        )
        assert await editor.findings(uris[2], version=None) == []

    on(tmp_path, test)
