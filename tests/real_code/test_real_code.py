"""Scripts in the manner of real ones: misuse is found, correct code is not reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from .quiet import QUIET
from .script import Script, found_in
from .understood import UNDERSTOOD


@pytest.mark.parametrize("script", QUIET, ids=lambda script: script.name)
def test_what_only_looks_like_a_misuse_is_not_reported(script: Script, tmp_path: Path) -> None:
    assert found_in(script.code, tmp_path / "right") == []
    assert found_in(script.twin(), tmp_path / "wrong") == list(script.codes)


@pytest.mark.parametrize("script", UNDERSTOOD, ids=lambda script: script.name)
def test_a_misuse_is_found_however_it_is_written(script: Script, tmp_path: Path) -> None:
    assert found_in(script.code, tmp_path / "wrong") == list(script.codes)
    assert found_in(script.twin(), tmp_path / "right") == []
