"""Builders for the findings that the output tests render."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Location
from lrlint.output import Lines, Results, Style, render

Span = tuple[tuple[int, int], tuple[int, int]]


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
    """The rows of one finding in the format ``full``, without the summary."""

    def frame(source: str, diagnostic: Diagnostic, *, width: int = 100, **others: str) -> str:
        files = {"train.py": source} | {f"{name}.py": text for name, text in others.items()}
        results = Results((diagnostic,), 1, lines_of(files))
        shown = render("full", results, Style(width=width))
        return "\n" + shown.rpartition("\n\nFound ")[0] + "\n"

    return frame


def lines_of(files: dict[str, str]) -> Lines:
    def lines(filename: str, cell: int | None) -> list[str] | None:
        return dedent(files[filename]).strip("\n").split("\n") if filename in files else None

    return lines
