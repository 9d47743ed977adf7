"""The worker process, as the server sees it."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from collections.abc import Callable

from lrlint.server.tasks import Answer, Task
from lrlint.server.worker import LENGTH

_LONGEST = 60.0
"""Seconds until an answer is given up: three times the worker's own limit of CPU time."""
# The worker imports from where this process does, and not from the folder that it is started in,
# where the user's project may have a `json.py`.
_START = "import sys; sys.path[:] = {path!r}; from lrlint.server.worker import main; main()"


class Stale(Exception):
    """The document changed before its turn came."""


class Worker:
    """Asks for one answer at a time, and starts the process again where it has died."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, task: Task, wanted: Callable[[], bool]) -> Answer:
        """Return the answer to a task. Raises Stale where it is not wanted when its turn comes."""
        async with self._lock:
            if not wanted():
                raise Stale
            try:
                return await asyncio.wait_for(self._exchange(task), _LONGEST)
            except asyncio.TimeoutError:
                what = f"given up after {_LONGEST:g} s"
            except (asyncio.IncompleteReadError, OSError):
                what = "the analysis ended unexpectedly"
            self.stop()
            return Answer(problems=(f"{task.document.path}: {what}; please report it",))

    async def start(self) -> None:
        """Start the process, so that it is ready when the first task comes."""
        async with self._lock:
            await self._running()

    async def _running(self) -> asyncio.subprocess.Process:
        """Return the process, which is started unless it runs."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _START.format(path=[path for path in sys.path if path]),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self._process

    async def _exchange(self, task: Task) -> Answer:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(pickle.dumps(task))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        answer = pickle.loads(await process.stdout.readexactly(length))
        assert isinstance(answer, Answer)
        return answer

    def stop(self) -> None:
        """End the process, in the middle of a task, too."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
