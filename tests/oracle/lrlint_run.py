"""Ask lrlint about a generated script, in this process, through its command line."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .case import Case


class Unavailable(Exception):
    """There is no ``lrlint.cli.main`` to call."""


@dataclass(frozen=True)
class Answer:
    """What a command printed, parsed; or how it failed."""

    data: Any = None
    failure: str = ""


def command() -> Any:
    """Return ``lrlint``: a function (or click command) of the arguments."""
    try:
        return importlib.import_module("lrlint.cli").main
    except (ImportError, AttributeError) as error:
        raise Unavailable(f"lrlint.cli.main: {error}") from error


def write(case: Case, directory: Path) -> Path:
    """Put the project where lrlint can read it; return the entry module's path."""
    for name, text in case.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory / case.entry


def _ask(arguments: list[str], statuses: tuple[int, ...]) -> Answer:
    """Run ``lrlint`` with these arguments and parse what it prints."""
    main = command()
    output, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    except Exception as error:
        return Answer(failure="".join(traceback.format_exception(error, limit=-6)))
    output.seek(0)
    printed = output.read()
    if (status or 0) not in statuses:
        return Answer(failure=f"exit status {status}: {errors.getvalue()[-1500:]} {printed[:500]}")
    try:
        return Answer(json.loads(printed))
    except ValueError as error:
        return Answer(failure=f"not JSON ({error}): {printed[:500]}")


def predict(case: Case, directory: Path) -> Answer:
    """Run ``lrlint predict --output-format json`` with the settings that the case needs."""
    entry = write(case, directory)
    sets = [text for setting in case.sets for text in ("--set", setting)]
    return _ask(["predict", "--output-format", "json", *sets, str(entry)], (0,))


def check(case: Case, directory: Path) -> Answer:
    """Run ``lrlint check --output-format json --pedantic`` on the entry module."""
    entry = write(case, directory)
    return _ask(["check", "--output-format", "json", "--pedantic", str(entry)], (0, 1))
