"""Run Python in processes that have torch and lrlint from the start.

Importing torch, what its first optimizer imports and scikit-learn takes 4 CPU seconds. One process
per pytest worker does it, and forks for each run. Tests of what ``lrlint run`` does to a process
without torch start Python themselves.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT = 120
PRELOADED = (
    "torch._dynamo",
    "sklearn.datasets",
    "sklearn.preprocessing",
    "lrlint_rules",
    "lrlint.cli.run",
    "lrlint.analysis",
    "lrlint.linter.engine",
    "lrlint.runtime.session",
)


def lrlint(
    *arguments: str | Path, cwd: Path, ranks: int = 1, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``lrlint …`` in a folder; return its exit status and output."""
    return python("-m", "lrlint", *arguments, cwd=cwd, ranks=ranks, **environment)


def python(
    *arguments: str | Path, cwd: Path, ranks: int = 1, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``python SCRIPT …`` or ``python -m MODULE …``, on several ranks as ``torchrun`` does.

    The exit status is the first that is not 0; the output is that of all ranks.
    """
    words = list(map(str, arguments))
    port = _free_port() if ranks > 1 else 0
    variables = [os.environ | environment | _of_rank(rank, ranks, port) for rank in range(ranks)]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, "out"), Path(folder, "err")]
        statuses = (_forked if hasattr(os, "fork") else _spawned)(words, cwd, variables, files)
        texts = [path.read_text(encoding="utf-8") for path in files]
    return subprocess.CompletedProcess(words, next(filter(None, statuses), 0), *texts)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _of_rank(rank: int, ranks: int, port: int) -> dict[str, str]:
    """Return what ``torchrun`` puts into the environment of a rank."""
    if ranks == 1:
        return {}
    numbers = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": ranks, "LOCAL_WORLD_SIZE": ranks}
    numbers["MASTER_PORT"] = port
    return {"MASTER_ADDR": "127.0.0.1"} | {name: str(value) for name, value in numbers.items()}


def _spawned(
    words: list[str], cwd: Path, variables: list[dict[str, str]], files: list[Path]
) -> list[int]:
    with files[0].open("ab") as out, files[1].open("ab") as err:
        command = [sys.executable, *words]
        started = [
            subprocess.Popen(command, cwd=cwd, env=one, stdout=out, stderr=err) for one in variables
        ]
        return [process.wait(TIMEOUT) for process in started]


def _forked(
    words: list[str], cwd: Path, variables: list[dict[str, str]], files: list[Path]
) -> list[int]:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    request = [words, str(cwd), [dict(one) for one in variables], list(map(str, files))]
    print(json.dumps(request), file=server.stdin, flush=True)
    statuses: list[int] = json.loads(server.stdout.readline())
    return statuses


@functools.cache
def _server() -> subprocess.Popen[str]:
    """Start the process that forks; it ends when its standard input does."""
    command = [sys.executable, __file__]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


def _serve() -> list[str]:
    """Fork for each request; a child returns the arguments of Python, and goes on as that."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # what is here already is no garbage of a run
    while line := sys.stdin.readline():
        words, folder, variables, files = json.loads(line)
        children = []
        for environment in variables:
            child = os.fork()
            if not child:
                _become(folder, environment, files)
                return list(words)
            children.append(child)
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(statuses), flush=True)
    sys.exit()


def _become(folder: str, environment: dict[str, str], files: list[str]) -> None:
    signal.alarm(TIMEOUT)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, path in zip((1, 2), files, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    sys.stdin = os.fdopen(0, encoding="utf-8")


def _run(words: list[str], folder: str) -> None:
    if words[0] == "-m":
        sys.argv, sys.path[0] = words[1:], folder
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = words, str(Path(words[0]).parent)
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    _run(_serve(), os.getcwd())
