"""The language server: the protocol's requests and notifications, and who answers them."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import to_fs_path

from lrlint.server import actions, hovers
from lrlint.server.documents import Documents
from lrlint.server.process import Stale
from lrlint.server.sessions import Sessions, Snapshot, Workers
from lrlint.server.tasks import Checked, Drawn

_WATCHED = ("**/*.{py,pyw}", "**/{pyproject,lrlint,.lrlint}.toml")
_READER_WAITS = 4.0
"""Seconds for which a hover waits for the curve."""
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithCells(
            cells=[types.NotebookCellLanguage(language="python")], notebook="*"
        )
    ]
)


class _Protocol(LanguageServerProtocol):
    """pygls with lrlint's own documents.

    Those of pygls end a line at form feeds and other characters that end none in the protocol.
    """

    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        server = self._server
        server.sessions.changed(server.documents.open(params.text_document), delay=0)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._server.sessions.changed(self._server.documents.change(params))

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.sessions.closed(self._server.documents.close(params.text_document.uri))

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        self._server.sessions.changed(self._server.documents.open_notebook(params), delay=0)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> None:
        self._server.sessions.changed(self._server.documents.change_notebook(params))

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(
        self, params: types.DidCloseNotebookDocumentParams
    ) -> None:
        self._server.sessions.closed(self._server.documents.close_notebook(params))


class Server(LanguageServer):
    """One connection to an editor."""

    def __init__(self) -> None:
        super().__init__(
            "lrlint",
            version("lrlint"),
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            notebook_document_sync=_NOTEBOOKS,
            protocol_cls=_Protocol,
        )
        self.documents = Documents()
        self.workers = Workers()
        self.sessions = Sessions(
            self.documents,
            self.workers,
            publish=self.text_document_publish_diagnostics,
            tell=self._tell,
            refresh=self._refresh,
        )
        self.pictures = False
        """Whether the client shows pictures in Markdown; in a terminal they are long lines."""
        self.exit_status = 1
        """1 until the client asks for the shutdown, as it should before the end."""
        self._add_features()

    def _add_features(self) -> None:
        self.feature(types.INITIALIZE)(_initialize)
        self.feature(types.INITIALIZED)(_initialized)
        self.feature(types.SHUTDOWN)(_shut_down)
        self.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_files_changed)
        options = types.CodeActionOptions(code_action_kinds=list(actions.KINDS))
        self.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(_code_actions)
        self.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
        self.feature(types.TEXT_DOCUMENT_INLAY_HINT)(_inlay_hints)

    def _tell(self, text: str, kind: types.MessageType) -> None:
        """Write into the client's log; what the user has to mend is shown as well."""
        self.window_log_message(types.LogMessageParams(kind, text))
        if kind is types.MessageType.Warning:
            self.window_show_message(types.ShowMessageParams(kind, f"lrlint: {text}"))

    def _refresh(self) -> None:
        """Have the client ask for inlay hints again, where it can be told so."""
        workspace = self.client_capabilities.workspace
        hints = None if workspace is None else workspace.inlay_hint
        if hints is not None and hints.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def takes_versions(self) -> bool:
        """Whether the client takes edits of a certain version of a document."""
        workspace = self.client_capabilities.workspace
        edits = None if workspace is None else workspace.workspace_edit
        return edits is not None and bool(edits.document_changes)


# -- the beginning and the end


def _initialize(ls: Server, params: types.InitializeParams) -> None:
    encoding = ls.workspace.position_encoding
    ls.documents.encoding = str(types.PositionEncodingKind(encoding).value)
    uris = [folder.uri for folder in params.workspace_folders or ()]
    paths = [to_fs_path(uri) for uri in (*uris, params.root_uri) if uri]
    folders = tuple(Path(path) for path in paths if path is not None)
    ls.documents.folders = folders or ls.documents.folders
    general = params.capabilities.general
    ls.pictures = general is not None and general.markdown is not None
    wanted = _option(params.initialization_options, "pictures")
    if isinstance(wanted, bool):
        ls.pictures = wanted


def _initialized(ls: Server, params: types.InitializedParams) -> None:
    ls.workers.start()
    workspace = ls.client_capabilities.workspace
    watches = None if workspace is None else workspace.did_change_watched_files
    if watches is not None and watches.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        ls.client_register_capability(
            types.RegistrationParams(
                [
                    types.Registration(
                        "files",
                        types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                        types.DidChangeWatchedFilesRegistrationOptions(watchers),
                    )
                ]
            )
        )


def _shut_down(ls: Server, params: None) -> None:
    ls.exit_status = 0
    ls.workers.stop()


def _files_changed(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    ls.sessions.files_changed(params.changes)


# -- questions of the editor


async def _code_actions(
    ls: Server, params: types.CodeActionParams
) -> list[types.CodeAction] | None:
    session = ls.sessions.of(params.text_document.uri)
    if session is None:
        return None
    versioned = ls.takes_versions()
    only = params.context.only
    found: list[types.CodeAction] = []
    snapshot = session.snapshot
    try:
        checked = (await snapshot.checked()).checked or Checked()
        if actions.wants(only, types.CodeActionKind.QuickFix):
            uri = params.text_document.uri
            found += actions.for_findings(
                checked, uri, params.range, ls.documents, versioned=versioned
            )
        own = snapshot.document.cells or (session.uri,)
        if actions.wants(only, actions.FIX_ALL) and actions.has_safe_fix(checked, own):
            edits = await snapshot.fixed()
            if edits:
                found.append(actions.fix_all(edits, ls.documents, versioned=versioned))
    except Stale:
        return None
    return found if snapshot.is_current else None


async def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    session = ls.sessions.of(params.text_document.uri)
    if session is None:
        return None
    snapshot = session.snapshot
    try:
        checked = (await snapshot.checked()).checked or Checked()
        drawn = await _soon(snapshot)
    except Stale:
        return None
    documents = ls.client_capabilities.text_document
    capability = None if documents is None else documents.hover
    formats = None if capability is None else capability.content_format
    return hovers.hover(
        params.text_document.uri,
        params.position,
        checked,
        drawn,
        pictures=ls.pictures,
        markdown=not formats or types.MarkupKind.Markdown in formats,
    )


async def _soon(snapshot: Snapshot) -> tuple[Drawn, ...]:
    """Return the curves; none where they take so long that a reader would have gone."""
    try:
        return await asyncio.wait_for(snapshot.drawn(), _READER_WAITS)
    except asyncio.TimeoutError:
        return ()


async def _inlay_hints(ls: Server, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    session = ls.sessions.of(params.text_document.uri)
    if session is None:
        return None
    try:
        drawn = await session.snapshot.drawn()
    except Stale:
        return None
    return hovers.hints(params.text_document.uri, params.range, drawn)


def _option(options: Any, name: str) -> object:
    """Return an initialization option; pygls may hold them as an object or as a dict."""
    return options.get(name) if isinstance(options, dict) else getattr(options, name, None)
