"""What every test of the runtime needs."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_mode_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the mode of a watch to the test, whatever the environment says."""
    monkeypatch.delenv("LRLINT_MODE", raising=False)
