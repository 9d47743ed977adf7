"""``lrlint predict`` gives the LR that torch gives, for thousands of generated scripts.

LRLINT_ORACLE_SCRIPTS says how many (2,000). A single script: ``python -m tests.oracle.show SEED``.
"""

from __future__ import annotations

import pytest

from .lrlint_run import Unavailable, command
from .sweep import chunk_seeds, chunks, predicted

pytestmark = pytest.mark.slow  # thousands of scripts

TOLERATED: tuple[str, ...] = ()
"""Kinds of outcome that do not fail (``undecided``, ``invented``); a script that is marked
``may_abstain`` may be undecided in any case. Nothing wrong, missing or crashed is ever right."""


@pytest.mark.parametrize("first", chunks())
def test_prediction_is_what_torch_does(first: int) -> None:
    try:
        command()
    except Unavailable as reason:
        pytest.skip(str(reason))
    sweep = predicted(chunk_seeds(first), TOLERATED)
    if sweep.failed:
        pytest.fail(sweep.report(), pytrace=False)
