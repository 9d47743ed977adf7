"""What is known of each open script or notebook, and what is sent to the editor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from lrlint.linter.reader import real_path
from lrlint.server.documents import Documents
from lrlint.server.process import Stale, Worker
from lrlint.server.tasks import Answer, Checked, Document, Drawn, Edits, Kind, Reported, Task

TYPING = 0.25
"""Seconds after a change until anything is done: about those between two words."""

Publish = Callable[[types.PublishDiagnosticsParams], None]
Tell = Callable[[str, "types.MessageType"], None]


class Workers:
    """Two processes, so that no finding waits for a long curve."""

    def __init__(self) -> None:
        self.checker = Worker()
        self.forecaster = Worker()

    def start(self) -> None:
        """Start the process that every document needs; the other one starts on demand."""
        self.checker.start()

    def of(self, kind: Kind) -> Worker:
        """Return the worker for a kind of task."""
        return self.forecaster if kind is Kind.FORECAST else self.checker

    def stop(self) -> None:
        """End both processes."""
        self.checker.stop()
        self.forecaster.stop()


class Snapshot:
    """A document as it was between two changes. Each kind of answer is asked for once.

    Nothing is asked for before ``delay`` seconds are over: an editor that asks after every letter
    gets the answers of the last one.
    """

    def __init__(
        self, document: Document, documents: Documents, workers: Workers, delay: float
    ) -> None:
        self.document = document
        self.versions: dict[str, int] = {}
        """The versions of all open documents that the check has seen."""
        self.is_current = True
        self._documents = documents
        self._workers = workers
        self._due = asyncio.get_running_loop().time() + delay
        self._answers: dict[Kind, asyncio.Task[Answer]] = {}

    async def checked(self) -> Answer:
        """Return what was found. Raises Stale where the document changes before."""
        return await self._ask(Kind.CHECK)

    async def fixed(self) -> Edits:
        """Return the edits of all safe fixes."""
        return (await self._ask(Kind.FIX)).edits or {}

    async def drawn(self) -> tuple[Drawn, ...]:
        """Return the curves of the schedules."""
        return (await self._ask(Kind.FORECAST)).drawn or ()

    async def _ask(self, kind: Kind) -> Answer:
        if kind not in self._answers:
            self._answers[kind] = asyncio.create_task(self._answer(kind))
        # A client may take its request back; others wait for the same answer.
        return await asyncio.shield(self._answers[kind])

    async def _answer(self, kind: Kind) -> Answer:
        await asyncio.sleep(self._due - asyncio.get_running_loop().time())
        if not self.is_current:
            raise Stale
        if kind is Kind.CHECK:
            self.versions = self._documents.versions()
        others = self._documents.others(self.document.uri)
        task = Task(kind, self.document, others, self._documents.encoding)
        answer = await self._workers.of(kind).ask(task, lambda: self.is_current)
        if not self.is_current:
            raise Stale
        return answer


class Session:
    """An open script or notebook."""

    def __init__(self, uri: str, snapshot: Snapshot) -> None:
        self.uri = uri
        self.snapshot = snapshot
        self.findings: tuple[Reported, ...] = ()
        """What the last check found."""
        self.versions: dict[str, int] = {}
        """The versions of all documents that it saw."""
        self.imported: frozenset[Path] = frozenset()
        self.told: set[str] = set()
        """The problems that the user knows of."""
        self.timer: asyncio.Task[None] | None = None


class Sessions:
    """All open scripts and notebooks: checks them when they change, and publishes findings."""

    def __init__(
        self,
        documents: Documents,
        workers: Workers,
        *,
        publish: Publish,
        tell: Tell,
        refresh: Callable[[], None],
    ) -> None:
        """Take what sends findings, tells problems, and asks the client for new inlay hints."""
        self._documents = documents
        self._workers = workers
        self._publish = publish
        self._tell = tell
        self._refresh = refresh
        self._sessions: dict[str, Session] = {}

    def of(self, uri: str) -> Session | None:
        """Return the session of a script, a notebook or a cell of one."""
        return self._sessions.get(self._documents.root(uri))

    def changed(self, uri: str, delay: float = TYPING) -> None:
        """Look at a document again, and at those that import it."""
        document = self._documents.document(uri)
        if document is None:
            return
        self._renew(document, delay)
        self._renew_importers(document.path, uri)

    def closed(self, uri: str) -> None:
        """Forget a document; what imports it sees the file on disk again."""
        session = self._sessions.pop(uri, None)
        if session is None:
            return
        self._stop(session)
        self._show(reported.uri for reported in session.findings)
        self._renew_importers(session.snapshot.document.path, uri)

    def files_changed(self, events: Iterable[types.FileEvent]) -> None:
        """Look again at what files on disk bear on: a module on its importers, others on all."""
        for event in events:
            path = to_fs_path(event.uri)
            edited = event.type is types.FileChangeType.Changed
            if edited and path is not None and path.endswith((".py", ".pyw")):
                self._renew_importers(Path(path), event.uri)
            else:
                for session in list(self._sessions.values()):
                    self._renew(session.snapshot.document, TYPING)
                self._refresh()

    def _renew_importers(self, path: Path, uri: str) -> None:
        real = real_path(path)
        importers = [
            session
            for session in self._sessions.values()
            if session.uri != uri and real in session.imported
        ]
        for session in importers:
            self._renew(session.snapshot.document, TYPING)
        if importers:
            self._refresh()

    def _renew(self, document: Document, delay: float) -> None:
        snapshot = Snapshot(document, self._documents, self._workers, delay)
        session = self._sessions.get(document.uri)
        if session is None:
            session = self._sessions[document.uri] = Session(document.uri, snapshot)
        else:
            self._stop(session)
            session.snapshot = snapshot
        session.timer = asyncio.create_task(self._check(session, snapshot))

    @staticmethod
    def _stop(session: Session) -> None:
        session.snapshot.is_current = False
        if session.timer is not None:
            session.timer.cancel()

    async def _check(self, session: Session, snapshot: Snapshot) -> None:
        try:
            answer = await snapshot.checked()
        except Stale:
            return
        self._report(session, answer)
        checked = answer.checked or Checked()
        before = [reported.uri for reported in session.findings]
        session.findings, session.imported = checked.findings, checked.imported
        session.versions = snapshot.versions
        self._show([*before, *(reported.uri for reported in checked.findings), *self._own(session)])

    def _own(self, session: Session) -> tuple[str, ...]:
        """Return the URIs of a script or of all its cells, with findings or without."""
        return session.snapshot.document.cells or (session.uri,)

    def _report(self, session: Session, answer: Answer) -> None:
        """Tell each problem once, and again if it comes back."""
        kinds = dict.fromkeys(answer.problems, types.MessageType.Error)
        if answer.mistake is not None:
            kinds[answer.mistake] = types.MessageType.Warning
        told = {problem for other in self._sessions.values() for problem in other.told}
        for problem in kinds.keys() - told:
            self._tell(problem, kinds[problem])
        session.told = {*kinds}

    def _show(self, uris: Iterable[str]) -> None:
        """Publish what is known of some documents, from whichever script it was found."""
        for uri in dict.fromkeys(uris):
            version = self._documents.version(uri)
            found: dict[tuple[object, ...], types.Diagnostic] = {}
            for session in self._sessions.values():
                if session.versions.get(uri) == version:
                    for reported in session.findings:
                        if reported.uri == uri:
                            start = reported.diagnostic.range.start
                            key = (reported.diagnostic.code, start.line, start.character)
                            found.setdefault(key, reported.diagnostic)
            self._publish(
                types.PublishDiagnosticsParams(uri, list(found.values()), version=version)
            )
