"""The open documents: their text after every change, and notebooks as files made of their cells.

Lines end where the protocol says, at ``\\n``, ``\\r\\n`` and ``\\r`` only: a form feed or a line
separator in a string ends none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import to_fs_path

from lrlint.server.positions import characters
from lrlint.server.tasks import Document
from lrlint.source.text import Lines, encode

_PYTHON = "python"
_SUFFIXES = (".py", ".pyw")


@dataclass
class OpenText:
    """A script, or one cell of a notebook."""

    uri: str
    version: int
    text: str
    language: str
    notebook: str | None = None
    """The URI of the notebook that it is a cell of."""

    def change(self, event: types.TextDocumentContentChangeEvent, encoding: str) -> None:
        """Apply a change, of a range or of everything."""
        if isinstance(event, types.TextDocumentContentChangePartial):
            start = self._offset(event.range.start, encoding)
            end = max(start, self._offset(event.range.end, encoding))
            self.text = self.text[:start] + event.text + self.text[end:]
        else:
            self.text = event.text

    def _offset(self, position: types.Position, encoding: str) -> int:
        starts = Lines(self.text).starts
        if position.line >= len(starts):
            return len(self.text)
        start = starts[position.line]
        following = starts[position.line + 1 : position.line + 2] or [len(self.text)]
        line = self.text[start : following[0]].rstrip("\r\n")
        return start + characters(line, position.character, encoding)


@dataclass
class OpenNotebook:
    """A notebook: its cells in order."""

    uri: str
    version: int
    cells: list[types.NotebookCell] = field(default_factory=list)


class Documents:
    """All open documents, by URI."""

    def __init__(self) -> None:
        self.encoding = "utf-16"
        """How the client counts columns."""
        self.folders: tuple[Path, ...] = (Path.cwd(),)
        """Those of the workspace; documents that are saved nowhere yet belong to the first."""
        self._texts: dict[str, OpenText] = {}
        self._notebooks: dict[str, OpenNotebook] = {}

    # -- changes: each returns the URI of the script or notebook that it concerns

    def open(self, item: types.TextDocumentItem, notebook: str | None = None) -> str:
        """Take a document over from the client."""
        self._texts[item.uri] = OpenText(
            item.uri, item.version, item.text, item.language_id, notebook
        )
        return item.uri

    def change(self, params: types.DidChangeTextDocumentParams) -> str:
        """Apply changes to a text."""
        identifier = params.text_document
        text = self._texts[identifier.uri]
        for event in params.content_changes:
            text.change(event, self.encoding)
        text.version = identifier.version
        return identifier.uri

    def close(self, uri: str) -> str:
        """Forget a text."""
        self._texts.pop(uri, None)
        return uri

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> str:
        """Take a notebook over from the client."""
        notebook = params.notebook_document
        self._notebooks[notebook.uri] = OpenNotebook(
            notebook.uri, notebook.version, list(notebook.cells)
        )
        for item in params.cell_text_documents:
            self.open(item, notebook.uri)
        return notebook.uri

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> str:
        """Apply changes to a notebook's cells and to their order."""
        notebook = self._notebooks[params.notebook_document.uri]
        notebook.version = params.notebook_document.version
        cells = params.change.cells
        if cells is None:
            return notebook.uri
        if cells.structure is not None:
            array = cells.structure.array
            end = array.start + array.delete_count
            notebook.cells[array.start : end] = array.cells or []
            for item in cells.structure.did_open or ():
                self.open(item, notebook.uri)
            for closed in cells.structure.did_close or ():
                self.close(closed.uri)
        for content in cells.text_content or ():
            self.change(types.DidChangeTextDocumentParams(content.document, list(content.changes)))
        return notebook.uri

    def close_notebook(self, params: types.DidCloseNotebookDocumentParams) -> str:
        """Forget a notebook and its cells."""
        self._notebooks.pop(params.notebook_document.uri, None)
        for cell in params.cell_text_documents:
            self.close(cell.uri)
        return params.notebook_document.uri

    # -- questions

    def root(self, uri: str) -> str:
        """Return the notebook of a cell; any other document's own URI."""
        text = self._texts.get(uri)
        return uri if text is None or text.notebook is None else text.notebook

    def version(self, uri: str) -> int | None:
        """Return the version of a text; None where it is not open."""
        text = self._texts.get(uri)
        return None if text is None else text.version

    def versions(self) -> dict[str, int]:
        """Return the versions of all texts."""
        return {uri: text.version for uri, text in self._texts.items()}

    def document(self, uri: str) -> Document | None:
        """Return a script or notebook as it is now; None where it is not open, or not Python."""
        notebook = self._notebooks.get(uri)
        if notebook is not None:
            return self._notebook(notebook)
        text = self._texts.get(uri)
        if text is None or text.notebook is not None or not _is_python(text):
            return None
        if urlsplit(uri).path.lower().endswith(".ipynb"):
            return None  # a cell, of a client that knows no notebooks, or a notebook as JSON
        path = self._path(uri, ".py")
        return Document(uri, path, encode(text.text), self._folder(path))

    def others(self, uri: str) -> tuple[Document, ...]:
        """Return all open documents but one."""
        uris = [*self._texts, *self._notebooks]
        found = (self.document(other) for other in uris if other != uri)
        return tuple(document for document in found if document is not None)

    def _notebook(self, notebook: OpenNotebook) -> Document:
        texts = [self._texts.get(cell.document) for cell in notebook.cells]
        cells: list[dict[str, object]] = [
            {
                "cell_type": "code" if text is not None and _is_python(text) else "raw",
                "metadata": {},
                "source": "" if text is None else text.text,
            }
            for text in texts
        ]
        data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        uris = tuple(cell.document for cell in notebook.cells)
        path = self._path(notebook.uri, ".ipynb")
        return Document(notebook.uri, path, data.encode("ascii"), self._folder(path), uris)

    def _folder(self, path: Path) -> Path:
        return max(
            (folder for folder in self.folders if path.is_relative_to(folder)),
            key=lambda folder: len(folder.parts),
            default=path.parent,
        )

    def _path(self, uri: str, suffix: str) -> Path:
        """Return the file of a document; one that is saved nowhere gets a name in the workspace."""
        path = to_fs_path(uri)
        if path is not None:
            found = Path(path)
        else:
            name = re.sub(r"[^\w.-]+", "_", unquote(urlsplit(uri).path).rsplit("/", 1)[-1])
            found = self.folders[0] / (name or "untitled")
        return found if found.suffix.lower() in (*_SUFFIXES, ".ipynb") else Path(f"{found}{suffix}")


def _is_python(text: OpenText) -> bool:
    return text.language == _PYTHON or (
        text.notebook is None and urlsplit(text.uri).path.lower().endswith(_SUFFIXES)
    )


def within(position: types.Position, place: types.Range) -> bool:
    """Whether a position lies in a range or at its end."""
    at = (position.line, position.character)
    start, end = place.start, place.end
    return (start.line, start.character) <= at <= (end.line, end.character)


def overlap(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a position in common, their ends included."""
    return within(one.start, other) or within(other.start, one)
