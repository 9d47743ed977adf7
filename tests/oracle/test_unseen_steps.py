"""A call of ``step()`` that no analyser sees through leaves nothing false: it is open, or right.

The scripts are those of ``mutations``; LRLINT_ORACLE_MUTATIONS says how many (300).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from .case import Case
from .claims import contradiction
from .compare import compare
from .lrlint_run import check, predict
from .mutations import is_the_only_step, mutated
from .sweep import describe
from .torch_run import run

pytestmark = pytest.mark.slow  # hundreds of scripts

MUTATIONS = int(os.environ.get("LRLINT_ORACLE_MUTATIONS", "300"))
CHUNK = 100


def faults(case: Case) -> list[str]:
    """Return what is wrong with the prediction and the findings of one script."""
    with tempfile.TemporaryDirectory(prefix="lrlint-oracle-") as directory:
        predicted, checked = predict(case, Path(directory)), check(case, Path(directory))
    if predicted.failure or checked.failure:
        return [predicted.failure or checked.failure]
    recording = run(case)
    outcomes = compare(case, recording, predicted.data)
    wrong = [f"{o.kind}: {o.detail}" for o in outcomes if o.kind not in ("exact", "undecided")]
    trained = all(recording.optimizer(schedule).steps for schedule in recording.schedules)
    # Where another call is seen, a helper that receives the scheduler is taken to step nothing.
    if trained and is_the_only_step(case):
        reasons = [(f, contradiction(case, recording, f)) for f in checked.data]
        wrong += [f"{f['code']} ({f['message']}): {reason}" for f, reason in reasons if reason]
    return wrong


@pytest.mark.parametrize("first", range(0, MUTATIONS, CHUNK))
def test_what_is_not_seen_is_open(first: int) -> None:
    for seed in range(first, min(first + CHUNK, MUTATIONS)):
        case = mutated(seed)
        assert case is None or faults(case) == [], describe(case)
