"""Builders for the findings that the output tests render."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.output import Lines, Results, Style, render
from lrlint.span import Location

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def make() -> Callable[..., Diagnostic]:
    def make(start: tuple[int, int], end: tuple[int, int], **changes: Any) -> Diagnostic:
        values: dict[str, Any] = {
            "code": "LR101",
            "name": "step-in-batch-loop",
            "severity": Severity.ERROR,
            "message": "T_max counts epochs, but step() runs per batch",
            "filename": "train.py",
            "url": "https://example.org/LR101",
        }
        return Diagnostic(
            **{**values, **changes}, location=Location(*start), end_location=Location(*end)
        )

    return make


@pytest.fixture
def related() -> Callable[..., Related]:
    def related(
        message: str,
        start: tuple[int, int],
        end: tuple[int, int],
        filename: str = "train.py",
        cell: int | None = None,
    ) -> Related:
        return Related(message, filename, Location(*start), Location(*end), cell)

    return related


@pytest.fixture
def frame() -> Callable[..., str]:
    """Render one finding in the format ``full``."""

    def frame(source: str, diagnostic: Diagnostic, *, width: int = 100, **others: str) -> str:
        files = {"train.py": source} | {f"{name}.py": text for name, text in others.items()}
        return render("full", Results((diagnostic,), 1, lines_of(files)), Style(width=width))

    return frame


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Compare a text with the snapshot of this test, or write it if UPDATE_SNAPSHOTS is set."""
    file = SNAPSHOTS / f"{request.node.name.removeprefix('test_')}.txt"

    def compare(text: str) -> None:
        if os.environ.get("UPDATE_SNAPSHOTS"):
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare


def lines_of(files: dict[str, str]) -> Lines:
    def lines(filename: str, cell: int | None) -> list[str] | None:
        return dedent(files[filename]).strip("\n").split("\n") if filename in files else None

    return lines
