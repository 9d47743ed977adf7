"""The worker process, as the server sees it."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lrlint.server.tasks import Answer, Task

_LONGEST = 60.0
"""Seconds until an answer is given up: three times the worker's own limit of CPU time."""
# The worker imports from where this process does, and not from the folder that it is started in,
# where the user's project may have a `json.py`.
_START = "import sys; sys.path[:] = {path!r}; from lrlint.server.worker import main; main()"


class Stale(Exception):
    """The document changed before its turn came."""


class Worker:
    """Asks for one answer at a time, and starts the process again where it has died.

    A thread writes and reads: a process that asyncio starts cannot be cancelled while it starts.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1)
        self._process: subprocess.Popen[bytes] | None = None

    async def ask(self, task: Task, wanted: Callable[[], bool]) -> Answer:
        """Return the answer to a task. Raises Stale where it is not wanted when its turn comes."""
        async with self._lock:
            if not wanted():
                raise Stale
            loop = asyncio.get_running_loop()
            exchange = loop.run_in_executor(self._thread, self._exchange, task)
            done, _ = await asyncio.wait([exchange], timeout=_LONGEST)
            what = "the analysis ended unexpectedly" if done else f"given up after {_LONGEST:g} s"
            if not done:
                self.stop()  # which ends the exchange
            try:
                return await exchange
            except (EOFError, OSError, pickle.UnpicklingError):
                self.stop()
                return Answer(problems=(f"{task.document.path}: {what}; please report it",))

    def start(self) -> None:
        """Start the process, so that it is ready when the first task comes."""
        self._thread.submit(self._running)

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, which is started unless it runs."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START.format(path=[path for path in sys.path if path])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._process

    def _exchange(self, task: Task) -> Answer:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump(task, process.stdin)
        process.stdin.flush()
        answer = pickle.load(process.stdout)
        assert isinstance(answer, Answer)
        return answer

    def stop(self) -> None:
        """End the process, in the middle of a task, too."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
