"""A small editor: it starts ``lrlint server``, keeps documents, and applies what comes back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ENCODINGS = (types.PositionEncodingKind.Utf16,)
WAIT = 60.0
"""Seconds; a busy machine is slow, and a server that hangs is a failure."""


class Editor:
    """A client and what the server has told it."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.published: list[types.PublishDiagnosticsParams] = []
        self.logged: list[str] = []
        self.shown: list[str] = []
        self.capabilities = types.ServerCapabilities()
        self._news = asyncio.Event()
        self._texts: dict[str, tuple[str, int]] = {}

    # -- documents

    def open(self, name: str, text: str, *, language: str = "python") -> str:
        """Open a document, which need not exist; return its URI."""
        uri = name if ":" in name else (self.folder / name).as_uri()
        self._texts[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def edit(self, uri: str, *edits: types.TextEdit) -> None:
        """Replace stretches of a document, each counted in the text after those before it."""
        for edit in edits:
            self._texts[uri] = apply(self._texts[uri][0], [edit]), self._texts[uri][1] + 1
        changes: list[Any] = [
            types.TextDocumentContentChangePartial(edit.range, edit.new_text) for edit in edits
        ]
        self._send(uri, changes)

    def replace(self, uri: str, text: str) -> None:
        """Replace all of a document."""
        self._texts[uri] = text, self._texts[uri][1] + 1
        self._send(uri, [types.TextDocumentContentChangeWholeDocument(text)])

    def _send(self, uri: str, changes: list[Any]) -> None:
        identifier = types.VersionedTextDocumentIdentifier(self.version(uri), uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, changes))

    def close(self, uri: str) -> None:
        identifier = types.TextDocumentIdentifier(uri)
        del self._texts[uri]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    def text(self, uri: str) -> str:
        return self._texts[uri][0]

    def version(self, uri: str) -> int:
        return self._texts[uri][1]

    # -- what the server says

    def note(self, params: types.PublishDiagnosticsParams) -> None:
        self.published.append(params)
        self._news.set()

    def log(self, text: str) -> None:
        self.logged.append(text)
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true."""

        async def wait() -> None:
            while not true():
                self._news.clear()
                await self._news.wait()

        await asyncio.wait_for(wait(), WAIT)

    async def findings(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """Return the findings of the given version of a document, by default of the newest."""
        wanted = self.version(uri) if version is None and uri in self._texts else version

        def newest() -> types.PublishDiagnosticsParams | None:
            own = [params for params in self.published if params.uri == uri]
            return own[-1] if own and own[-1].version == wanted else None

        await self.until(lambda: newest() is not None)
        params = newest()
        assert params is not None
        return list(params.diagnostics)

    def newest(self, uri: str) -> list[types.Diagnostic]:
        """Return what was last published of a document."""
        own = [params for params in self.published if params.uri == uri]
        return list(own[-1].diagnostics) if own else []

    async def actions(
        self, uri: str, place: types.Range, only: Sequence[str] | None = None
    ) -> list[types.CodeAction]:
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(uri), place, types.CodeActionContext([], only)
        )
        found = await self._answer(self.client.text_document_code_action_async(params))
        return [action for action in found or () if isinstance(action, types.CodeAction)]

    async def hover(self, uri: str, line: int, character: int) -> str | None:
        """Return the Markdown of a hover."""
        at = types.Position(line, character)
        params = types.HoverParams(types.TextDocumentIdentifier(uri), at)
        found = await self._answer(self.client.text_document_hover_async(params))
        if found is None:
            return None
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    async def hints(self, uri: str) -> list[tuple[int, str]]:
        """Return line and label of each inlay hint."""
        params = types.InlayHintParams(types.TextDocumentIdentifier(uri), EVERYTHING)
        found = await self._answer(self.client.text_document_inlay_hint_async(params))
        return [(hint.position.line, str(hint.label)) for hint in found or ()]

    async def _answer(self, request: Awaitable[Any]) -> Any:
        return await asyncio.wait_for(request, WAIT)

    def applied(self, action: types.CodeAction) -> dict[str, str]:
        """Return the documents that an action changes, as they are afterwards."""
        assert action.edit is not None
        result: dict[str, str] = {}
        for change in action.edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            uri = change.text_document.uri
            assert change.text_document.version == self.version(uri)
            edits = [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
            result[uri] = apply(self.text(uri), edits)
        return result


EVERYTHING = types.Range(types.Position(0, 0), types.Position(10**6, 0))


@asynccontextmanager
async def editing(
    folder: Path,
    *arguments: str,
    encodings: Sequence[types.PositionEncodingKind] = ENCODINGS,
    options: dict[str, Any] | None = None,
    cwd: Path | None = None,
) -> AsyncIterator[Editor]:
    """Start a server in a folder and, at the end, shut it down as an editor does."""
    client = LanguageClient("editor", "1")
    editor = Editor(client, folder)
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: editor.note(params))
    client.feature(types.WINDOW_LOG_MESSAGE)(lambda params: editor.log(params.message))
    client.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: editor.shown.append(params.message))
    await client.start_io(
        sys.executable, "-m", "lrlint", "server", *arguments, cwd=cwd or folder, limit=2**24
    )
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(
            position_encodings=list(encodings),
            markdown=types.MarkdownClientCapabilities("marked"),
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
        ),
    )
    result = await client.initialize_async(
        types.InitializeParams(
            capabilities=capabilities,
            process_id=None,
            root_uri=folder.as_uri(),
            initialization_options=options,
        )
    )
    editor.capabilities = result.capabilities
    client.initialized(types.InitializedParams())
    try:
        yield editor
    finally:
        await asyncio.wait_for(client.shutdown_async(None), WAIT)
        client.exit(None)
        await asyncio.wait_for(client.stop(), WAIT)
    assert client._server is not None
    assert client._server.returncode == 0


def apply(text: str, edits: Sequence[types.TextEdit]) -> str:
    """Apply edits that do not overlap, with columns in UTF-16."""
    places = [
        (_offset(text, edit.range.start), _offset(text, edit.range.end), edit.new_text)
        for edit in edits
    ]
    for start, end, new in sorted(places, key=lambda place: place[:2], reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _offset(text: str, at: types.Position) -> int:
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[: at.line])
    if at.line >= len(lines):
        return len(text)
    encoded = lines[at.line].encode("utf-16-le")[: 2 * at.character]
    return before + len(encoded.decode("utf-16-le"))
