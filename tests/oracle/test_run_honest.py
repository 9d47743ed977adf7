"""No finding of a recorded run is contradicted by what torch did in it.

The scripts are those of ``test_findings_honest``, and so are the claims: the rules judge the counts
of a run here, and the syntax of the script there. LRLINT_ORACLE_SCRIPTS says how many (2,000).
"""

from __future__ import annotations

import pytest

import lrlint
from lrlint.diagnostics import Diagnostic

from .case import Case
from .claims import contradiction, expected
from .generate import generate
from .sweep import chunk_seeds, chunks, describe
from .torch_run import execute, run

pytestmark = pytest.mark.slow  # thousands of scripts

WITHOUT_A_LOADER = frozenset({"LR101", "LR201"})
"""Batches from a plain list: no recorder is told where an epoch ends. That T_max is not the number
of steps is true all the same."""


def _plain(found: Diagnostic) -> dict[str, object]:
    """Return a finding as the claims read it."""
    places = [(found.filename, found.location), *((r.filename, r.location) for r in found.related)]
    first, *related = [{"filename": n, "location": {"row": at.row}} for n, at in places]
    return {**first, "code": found.code, "message": found.message, "related": related}


def faults(case: Case) -> list[str]:
    """Return what is wrong with the findings of one run."""
    recording = run(case)
    raised: BaseException | None = None
    try:
        with lrlint.watch(mode="record", pedantic=True) as watch:
            raised, _ = execute(case)
            if raised is not None:
                raise raised  # as the script does: its training has failed
    except BaseException as error:
        if error is not raised:
            raise
    wrong = [f"note: {note}" for note in watch.recording.notes]
    findings = watch.findings
    for found in findings:
        reason = contradiction(case, recording, _plain(found))
        if reason:
            wrong.append(f"{found.code} at row {found.location.row} ({found.message}): {reason}")
    codes = {found.code for found in findings}
    for code, accepted in expected(case, recording).items():
        known = accepted | WITHOUT_A_LOADER if code == "LR101" else accepted
        if not known & codes:
            wrong.append(f"{code} is not reported, but {sorted(codes)}")
    return wrong


@pytest.mark.parametrize("first", chunks())
@pytest.mark.filterwarnings("ignore")
def test_findings_of_runs_are_true(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LRLINT_MODE", raising=False)
    for seed in chunk_seeds(first):
        case = generate(seed)
        assert faults(case) == [], describe(case)
