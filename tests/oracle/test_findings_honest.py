"""No finding of ``lrlint check`` is contradicted by what torch does when the script runs.

And the converse, for scripts that are plainly wrong: the finding is there (``RECALL``).
LRLINT_ORACLE_SCRIPTS says how many scripts (2,000).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from .case import Case
from .claims import contradiction, expected
from .generate import generate
from .lrlint_run import Unavailable, check, command
from .sweep import chunk_seeds, chunks, describe
from .torch_run import run

RECALL = {"LR101": 0.0, "LR201": 0.0, "LR301": 0.0}
"""The share of sure mistakes that must be reported. Starts at 0; raise it as the rules arrive."""


class Audit:
    """The findings of many scripts against their trajectories."""

    def __init__(self) -> None:
        self.false: list[tuple[Case, str]] = []
        self.failed: list[tuple[Case, str]] = []
        self.missed: list[tuple[Case, str]] = []
        self.codes: Counter[str] = Counter()
        self.unchecked: Counter[str] = Counter()
        self.sure: Counter[str] = Counter()
        self.found: Counter[str] = Counter()

    def add(self, case: Case) -> None:
        directory = Path(tempfile.mkdtemp(prefix="lrlint-oracle-"))
        try:
            answer = check(case, directory)
        finally:
            shutil.rmtree(directory)
        if answer.failure:
            self.failed.append((case, answer.failure))
            return
        recording = run(case)
        codes = set()
        for finding in answer.data:
            code = finding["code"]
            codes.add(code)
            self.codes[code] += 1
            reason = contradiction(case, recording, finding)
            if reason is None:
                self.unchecked[code] += 1
            elif reason:
                row = finding["location"]["row"]
                self.false.append((case, f"{code} at row {row} ({finding['message']}): {reason}"))
        for code, accepted in expected(case, recording).items():
            self.sure[code] += 1
            self.found[code] += bool(accepted & codes)
            if not accepted & codes:
                self.missed.append((case, f"{code} is not reported"))

    def report(self) -> str:
        lines = [
            f"findings {dict(sorted(self.codes.items()))}",
            f"without a claim {dict(sorted(self.unchecked.items()))}",
            f"sure mistakes {dict(self.sure)}, reported {dict(self.found)}",
        ]
        for title, group in (
            ("crashed", self.failed),
            ("contradicted", self.false),
            ("missed", self.missed),
        ):
            lines.append(f"{title}: {len(group)}")
            lines += [f"  seed {case.seed}: {text}" for case, text in group[:20]]
            lines += [describe(case) for case, _ in group[:2]]
        return "\n".join(lines)


def audit(seeds: range) -> Audit:
    result = Audit()
    for seed in seeds:
        result.add(generate(seed))
    return result


@pytest.mark.parametrize("first", chunks())
def test_findings_are_true(first: int) -> None:
    try:
        command()
    except Unavailable as reason:
        pytest.skip(str(reason))
    result = audit(chunk_seeds(first))
    assert not result.failed, result.report()
    assert not result.false, result.report()
    for code, share in RECALL.items():
        assert result.found[code] >= share * result.sure[code], result.report()
