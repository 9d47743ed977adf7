"""The command line: one click command per file, imported only when it is called."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lrlint.errors import Interrupted, UserError

if TYPE_CHECKING:
    import click

PROGRAM = "lrlint"
_LONG_LIVED = frozenset({"run", "server"})
"""Commands whose objects are not only lrlint's own, or that do not end soon."""
COMPLETES = "_LRLINT_COMPLETE"
"""The environment variable that a shell sets to ask what may come next."""
USAGE_ERROR = 2
INTERRUPTED = 130
"""128 + SIGINT: what a shell expects of an interrupted program."""


def program() -> int:
    """Run ``lrlint`` as the main program of this process and return its exit status."""
    if not _LONG_LIVED.intersection(sys.argv):
        from lrlint.linter.garbage import NEW_OBJECTS

        # Up to the end: to return to the usual threshold would collect once more.
        gc.set_threshold(NEW_OBJECTS)
    try:
        status = main()
    except Interrupted:
        sys.excepthook = lambda *_: None  # the traceback has been shown
        raise KeyboardInterrupt from None  # Python ends as ever, and then by SIGINT
    if "torch" not in sys.modules:  # after `lrlint run`, the script's objects end as usual
        gc.freeze()  # skips the collection at exit: a twentieth of the time on a large tree
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``lrlint`` and return its exit status; raises Interrupted for a script that was."""
    try:
        import click  # here, because Ctrl-C may come while it is being imported

        from lrlint.cli.group import lrlint
        from lrlint.cli.terminal import say

        if COMPLETES in os.environ:
            from lrlint.cli.shells import install

            install()
        try:
            status = lrlint.main(
                None if arguments is None else list(arguments),
                prog_name=PROGRAM,
                standalone_mode=False,
            )
        except click.Abort:
            return _interrupted()
        except click.ClickException as error:
            say(_one_line(error))
            return USAGE_ERROR
        except UserError as error:
            say(str(error))
            return USAGE_ERROR
        except OSError as error:
            say(_reason(error))
            return USAGE_ERROR
    except KeyboardInterrupt:
        return _interrupted()
    return status if isinstance(status, int) else 0


def _one_line(error: click.ClickException) -> str:
    """Return the message and where to find help, without the usage that click prints."""
    message = " ".join(error.format_message().split()).removesuffix(".")
    context = getattr(error, "ctx", None)
    return message if context is None else f"{message} (see `{context.command_path} --help`)"


def _reason(error: OSError) -> str:
    """Return what went wrong outside of lrlint; drop what nobody can read."""
    from lrlint.cli.terminal import let_go

    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as full:
        let_go(sys.stdout)
        return f"cannot write to standard output: {full.strerror or full}"
    try:
        os.getcwd()
    except OSError:
        return "the working directory does not exist any more"
    where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
    return f"{where}{error.strerror or error}"


def _interrupted() -> int:
    print("lrlint: interrupted", file=sys.stderr)
    return INTERRUPTED
