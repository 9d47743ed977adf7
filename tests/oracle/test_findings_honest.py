"""No finding of ``lrlint check`` is contradicted by what torch does when the script runs.

And the converse, for scripts that are plainly wrong: the finding is there (``RECALL``).
LRLINT_ORACLE_SCRIPTS says how many scripts (2,000).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from .case import Case
from .claims import contradiction, expected
from .generate import generate
from .lrlint_run import Unavailable, check, command
from .sweep import chunk_seeds, chunks, describe
from .torch_run import run

pytestmark = pytest.mark.slow  # thousands of scripts

RECALL = {"LR101": 0.95, "LR201": 0.95, "LR301": 0.95}
"""The share of sure mistakes that must be reported."""


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
        titles = {"crashed": self.failed, "contradicted": self.false, "missed": self.missed}
        for title, group in titles.items():
            lines.append(f"{title}: {len(group)} {_by_code(text for _, text in group)}")
            lines += [f"  seed {case.seed}: {text}" for case, text in _few_of_each(group)]
        for group in titles.values():
            lines += [f"{describe(case)}\n  {text}" for case, text in group[:2]]
        return "\n".join(lines)


def _by_code(texts: Iterable[str]) -> str:
    counts = Counter(text.split()[0] for text in texts)
    return " ".join(f"{code}: {count}" for code, count in sorted(counts.items()))


def _few_of_each(group: list[tuple[Case, str]], few: int = 6) -> list[tuple[Case, str]]:
    """Return the first entries of each code."""
    seen: Counter[str] = Counter()
    chosen = []
    for case, text in sorted(group, key=lambda entry: entry[1].split()[0]):
        seen[text.split()[0]] += 1
        if seen[text.split()[0]] <= few:
            chosen.append((case, text))
    return chosen


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
    silent = [c for c, share in RECALL.items() if result.found[c] < share * result.sure[c]]
    if result.failed or result.false or silent:
        pytest.fail(result.report(), pytrace=False)
