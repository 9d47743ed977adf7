"""Run lrlint in processes that have torch from the start.

Importing torch, what its first optimizer imports and scikit-learn takes 4 CPU seconds. One process
per pytest worker does it, and forks for each run. Tests of what ``lrlint run`` does to a process
without torch start Python themselves.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT = 120
PRELOADED = ("torch._dynamo", "sklearn.datasets", "sklearn.preprocessing")


def lrlint(
    *arguments: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``lrlint …`` in a folder; return its exit status and output."""
    words, variables = list(map(str, arguments)), os.environ | environment
    if not hasattr(os, "fork"):
        return subprocess.run(
            [sys.executable, "-m", "lrlint", *words],
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT,
            env=variables,
        )
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        request = [words, str(cwd), dict(variables), str(out), str(err)]
        print(json.dumps(request), file=server.stdin, flush=True)
        status = int(server.stdout.readline())
        texts = [path.read_text(encoding="utf-8") for path in (out, err)]
    return subprocess.CompletedProcess(words, status, *texts)


@functools.cache
def _server() -> subprocess.Popen[str]:
    """Start the process that forks; it ends when its standard input does."""
    command = [sys.executable, __file__]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


def _serve() -> None:
    """Fork for each request; the child returns from here and goes on as ``python -m lrlint``."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            break
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    else:
        sys.exit()
    arguments, folder, environment, *files = json.loads(line)
    signal.alarm(TIMEOUT)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, path in zip((1, 2), files, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.argv = ["lrlint", *arguments]
    sys.path[0] = folder


if __name__ == "__main__":
    _serve()
    runpy.run_module("lrlint", run_name="__main__", alter_sys=True)
