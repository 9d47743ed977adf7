"""docs/torch-warnings.md quotes what the installed torch says."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "torch-warnings.md"
OF_PYTHON = ("got an unexpected keyword", "integer modulo", "missing 1 required", "zip() argument")
"""What Python itself says where torch's code fails."""


def headings() -> list[str]:
    return re.findall("^### (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def texts(package: str, file: str) -> str:
    """Return all strings of a module of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    source = (Path(spec.origin).parent / file).read_text(encoding="utf-8")
    strings = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return "\n".join(text for text in strings if isinstance(text, str))


@pytest.mark.parametrize("heading", headings())
def test_warning_is_quoted_as_it_is(heading: str) -> None:
    if any(text in heading for text in OF_PYTHON):
        return
    if "monitor" in heading:
        known = texts("lightning", "pytorch/core/optimizer.py")
    else:
        known = texts("torch", "optim/lr_scheduler.py")
    pieces = [piece for piece in re.split(r"\d+(?:\.\d+)?", heading) if len(piece) > 5]
    assert pieces
    for piece in pieces:
        assert piece.strip() in known
