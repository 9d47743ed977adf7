"""How the language server begins and ends, spoken to in bytes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pytest

pytest.importorskip("pygls.lsp.server")

pytestmark = pytest.mark.slow
SERVER = [sys.executable, "-m", "lrlint", "server"]
INITIALIZE = {"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None}}
SHUTDOWN = {"id": 2, "method": "shutdown", "params": None}
EXIT = {"method": "exit", "params": None}


def frame(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def answer(stream: IO[bytes], number: int) -> dict[str, Any]:
    """Return the answer to the request of a number; skip what comes before."""
    while True:
        length = 0
        while (line := stream.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(stream.read(length))
        if message.get("id") == number and "method" not in message:
            return message


@contextmanager
def started(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([*SERVER, *arguments], cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def send(process: subprocess.Popen[bytes], *messages: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(b"".join(map(frame, messages)))
    process.stdin.flush()


@pytest.mark.parametrize(
    ("before", "status"), [((INITIALIZE, SHUTDOWN), 0), ((INITIALIZE,), 1), ((), 1)]
)
def test_exit_status(tmp_path: Path, before: tuple[dict[str, Any], ...], status: int) -> None:
    with started("--stdio", cwd=tmp_path) as process:
        assert process.stdout is not None
        for message in before:
            send(process, message)
            answer(process.stdout, message["id"])
        send(process, EXIT)
        assert process.wait(60) == status
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_an_editor_that_dies_ends_the_server(tmp_path: Path) -> None:
    with started(cwd=tmp_path) as process:
        assert process.stdout is not None
        send(process, INITIALIZE)
        answer(process.stdout, 1)
        send(process, {"method": "initialized", "params": {}})
        process.stdin.close()  # type: ignore[union-attr]
        process.stdin = None
        assert process.wait(60) == 1


def test_over_tcp(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with started("--tcp", f"127.0.0.1:{port}", cwd=tmp_path) as process:
        connection = _connected(port)
        stream = connection.makefile("rb")
        connection.sendall(frame(INITIALIZE))
        result = answer(stream, 1)["result"]
        assert result["serverInfo"]["name"] == "lrlint"
        connection.sendall(frame(SHUTDOWN))
        answer(stream, 2)
        connection.sendall(frame(EXIT))
        assert process.wait(60) == 0


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + 60
    while True:
        with suppress(OSError):
            return socket.create_connection(("127.0.0.1", port))
        assert time.monotonic() < end, "the server does not listen"
        time.sleep(0.1)


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        found = subprocess.run(
            [*SERVER, "--tcp", address], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert found.returncode == 2
    assert found.stderr.startswith("lrlint: ")
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize("address", ["1234", "localhost:", ":7", "localhost:x", "localhost:99999"])
def test_an_address_that_makes_no_sense(tmp_path: Path, address: str) -> None:
    found = subprocess.run(
        [*SERVER, "--tcp", address], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1


def test_without_pygls(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pygls.lsp.server'] = None\n"
        "from lrlint.cli import main; sys.exit(main(['server']))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert found.stderr == "lrlint: the language server needs pygls 2: pip install 'lrlint[lsp]'\n"
