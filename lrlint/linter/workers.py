"""Lints files in several processes. Only paths, settings and results go between them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeAlias

from lrlint.errors import UserError
from lrlint.linter.file_linter import Fresh, Setup
from lrlint.linter.garbage import few_collections
from lrlint.linter.linted import Linted
from lrlint.source import Found

Batch: TypeAlias = Sequence[tuple[int, Found]]

_LARGEST_BATCH = 32
"""Files that a process lints before it answers, so that progress shows."""
_BATCHES_EACH = 8
"""Batches for each process, so that one with costly files does not keep the others waiting."""


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lint_in_processes(
    files: Iterable[tuple[int, Found]], setup: Setup, jobs: int
) -> Iterator[tuple[int, Fresh]]:
    """Lint numbered files; yield the results with those numbers, in any order.

    The files of a process that ends without an answer get a problem that says so. Raises the
    UserError that a process meets, such as rules that cannot be loaded.
    """
    batches = deque(_batches([*files], jobs))
    team = _Team(setup, min(jobs, len(batches)))
    try:
        while batches or team.is_busy:
            while batches and team.has_room:
                team.give(batches.popleft())
            yield from team.results()
    finally:
        team.dismiss()


def _batches(files: Batch, jobs: int) -> Iterator[Batch]:
    size = max(1, min(_LARGEST_BATCH, len(files) // (jobs * _BATCHES_EACH)))
    return (files[start : start + size] for start in range(0, len(files), size))


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    batch: Batch = ()


class _Team:
    """The processes, each with at most one batch."""

    def __init__(self, setup: Setup, size: int) -> None:
        self._setup = setup
        self._size = size
        self._workers: list[_Worker] = []
        self._method = _start_method()
        self._context = multiprocessing.get_context(self._method)

    @property
    def is_busy(self) -> bool:
        return any(worker.batch for worker in self._workers)

    @property
    def has_room(self) -> bool:
        idle = any(not worker.batch for worker in self._workers)
        return idle or len(self._workers) < self._size

    def give(self, batch: Batch) -> None:
        """Give a batch to a process that has none."""
        worker = next((one for one in self._workers if not one.batch), None) or self._hire()
        worker.batch = batch
        with suppress(OSError):  # it has ended, as `results` will find
            worker.connection.send(batch)

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        # A fork inherits our ends of all pipes: unless it closes them, nobody sees us go.
        inherited = [*(worker.connection for worker in self._workers), ours]
        if self._method != "fork":
            inherited = []
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_work, args=(theirs, inherited, self._setup, self._size), daemon=True
        )
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def results(self) -> Iterator[tuple[int, Fresh]]:
        """Wait for the first process that is done, and yield its results."""
        busy = {worker.connection: worker for worker in self._workers if worker.batch}
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index]
            try:
                answer = worker.connection.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                yield from _lost(worker)
                continue
            worker.batch = ()
            if isinstance(answer, UserError):
                raise answer
            yield from answer

    def dismiss(self) -> None:
        """End all processes, whatever they are doing."""
        for worker in self._workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()


def _start_method() -> str:
    """Return how to start processes: by fork, which has all modules loaded, but not with
    threads."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _lost(worker: _Worker) -> Iterator[tuple[int, Fresh]]:
    worker.process.join()
    first, last = worker.batch[0][1].path, worker.batch[-1][1].path
    files = str(first) if first == last else f"{len(worker.batch)} files from {first} to {last}"
    code = worker.process.exitcode or 0
    how = f"signal {-code}" if code < 0 else f"exit status {code}"
    problem = f"a process ended unexpectedly ({how}); not linted: {files}"
    for number, _ in worker.batch:
        yield number, Fresh(Linted(problems=(problem,)))


def _work(connection: Connection, inherited: Sequence[Connection], setup: Setup, jobs: int) -> None:
    """Lint batches until there are no more: the main function of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the first process ends us
    for other in inherited:
        other.close()
    try:
        with few_collections():
            linter = setup.build(jobs)
            while True:
                batch: Batch = connection.recv()
                # Sources are not sent: the main process reads again those that it needs.
                connection.send(
                    [(number, Fresh(one.linted, one.basis)) for number, one in linter.lint(batch)]
                )
    except UserError as error:
        connection.send(error)
    except (EOFError, OSError):
        pass  # nobody waits for results any more
