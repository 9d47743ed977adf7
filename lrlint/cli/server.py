"""``lrlint server``: the language server."""

from __future__ import annotations

import click

from lrlint.errors import UserError


def _address(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    """Return host and port of ``HOST:PORT``."""
    if value is None:
        return None
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit():
        raise click.BadParameter(f"{value!r} is not of the form HOST:PORT")
    if not 0 < int(port) < 65536:
        raise click.BadParameter(f"{port} is not a port")
    return host.strip("[]"), int(port)


@click.command()
@click.option("--stdio", is_flag=True, help="Speak on standard input and output (the default).")
@click.option(
    "--tcp",
    "address",
    callback=_address,
    metavar="HOST:PORT",
    help="Wait for one client at this address instead.",
)
def server(stdio: bool, address: tuple[str, int] | None) -> int:
    """Start the language server: findings, fixes and curves in an editor, while you type."""
    if stdio and address is not None:
        raise click.UsageError("--stdio cannot be combined with --tcp.")
    try:
        from lrlint.server.server import Server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UserError("the language server needs pygls 2: pip install 'lrlint[lsp]'") from error
    process = Server()
    try:
        if address is None:
            process.start_io()
        else:
            process.start_tcp(*address)
    except SystemExit:  # how pygls ends on the notification `exit`
        pass
    finally:
        process.workers.stop()
    return process.exit_status
