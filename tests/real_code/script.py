"""How a test script is written down: code, and the edit that breaks or corrects it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from loop_template import with_loops

from lrlint import lint

FILE = "# file: "


@dataclass(frozen=True)
class Script:
    """A training script in the manner of real ones, and its twin.

    ``code`` is one file, or several that each begin with a line ``# file: NAME``; the first one is
    linted. ``edit`` is a text and its replacement, everywhere, and so on. Lines such as
    ``TRAIN(range(90))`` are loops, see ``loop_template``.
    """

    name: str
    code: str
    edit: tuple[str, ...]
    codes: tuple[str, ...]
    """The findings in the wrong one of the two."""

    def twin(self) -> str:
        code = self.code
        for old, new in zip(self.edit[::2], self.edit[1::2], strict=True):
            assert old in code, f"{old!r} is not there"
            code = code.replace(old, new)
        return code


def found_in(code: str, folder: Path) -> list[str]:
    """Return the codes of all errors and warnings."""
    text = with_loops(dedent(code)).lstrip("\n")
    files = {"train.py": text}
    if text.startswith(FILE):
        files = {}
        for part in text.split(FILE)[1:]:
            name, _, body = part.partition("\n")
            files[name.strip()] = body
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    return [finding.code for finding in lint([folder / next(iter(files))], isolated=True)]
