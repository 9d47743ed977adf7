"""Give many scripts to lrlint and to torch, and say where they disagree."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .case import Case
from .compare import Outcome, compare
from .generate import generate
from .lrlint_run import predict
from .torch_run import run

SCRIPTS = int(os.environ.get("LRLINT_ORACLE_SCRIPTS", "2000"))
CHUNK = 100
PATIENCE = 10.0
"""CPU seconds that one prediction may take."""


def chunks() -> list[int]:
    """Return the first seed of each chunk of the sweep."""
    return list(range(0, SCRIPTS, CHUNK))


def chunk_seeds(first: int) -> range:
    return range(first, min(first + CHUNK, SCRIPTS))


@dataclass
class Verdict:
    """One script's outcomes."""

    case: Case
    outcomes: list[Outcome]

    def failures(self, tolerated: Iterable[str] = ()) -> list[Outcome]:
        accepted = {"exact", *tolerated, *(["undecided"] if self.case.may_abstain else [])}
        return [o for o in self.outcomes if o.kind not in accepted]


@dataclass
class Sweep:
    """All scripts of a run, for a report that shows what the failures have in common."""

    verdicts: list[Verdict] = field(default_factory=list)
    tolerated: tuple[str, ...] = ()

    @property
    def failed(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.failures(self.tolerated)]

    def kinds(self) -> Counter[str]:
        return Counter(o.kind for v in self.verdicts for o in v.outcomes)

    def report(self, scripts: int = 3, rows: int = 15) -> str:
        """Return counts, the features that fail most, and the first failing scripts."""
        failed = self.failed
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds().most_common())
        lines = [f"{len(failed)} of {len(self.verdicts)} scripts fail ({kinds})"]
        if failed:
            lines += ["", "seeds: " + " ".join(str(v.case.seed) for v in failed[:60])]
            lines += ["", "features, failing/all:", *features(self.verdicts, failed, rows)]
            lines += ["", "messages:", *messages(v.failures(self.tolerated) for v in failed)]
        for verdict in failed[:scripts]:
            lines += [
                "",
                describe(verdict.case),
                *(f"  {o.kind}: {o.detail}" for o in verdict.outcomes),
            ]
        return "\n".join(lines)


def features(verdicts: list[Verdict], failed: list[Verdict], rows: int) -> list[str]:
    """Return the features and pairs of features whose scripts fail more often than others."""
    everywhere: Counter[str] = Counter()
    failing: Counter[str] = Counter()
    for counter, group in ((everywhere, verdicts), (failing, failed)):
        for verdict in group:
            counter.update(_combinations(verdict.case))
    share = len(failed) / len(verdicts)
    found = [
        (count / everywhere[name], count, name)
        for name, count in failing.items()
        if count > 1 and count / everywhere[name] > 1.3 * share
    ]
    found.sort(key=lambda item: (-(item[0] - share) * item[1] ** 0.5, len(item[2])))
    return [f"  {count:4}/{everywhere[name]:<4} {name}" for _, count, name in found[:rows]]


def _combinations(case: Case) -> list[str]:
    names = sorted(case.features)
    return names + [f"{a} & {b}" for i, a in enumerate(names) for b in names[i + 1 :]]


def messages(groups: Iterable[list[Outcome]]) -> list[str]:
    """Return the details without their numbers, counted."""
    counts: Counter[str] = Counter()
    for outcomes in groups:
        counts.update(f"{o.kind}: {_shape(o.detail)}" for o in outcomes)
    return [f"  {count:4} {text}" for text, count in counts.most_common(12)]


def _shape(detail: str) -> str:
    last = detail.strip().splitlines()[-1] if detail.strip() else ""
    words = [w for w in last.split() if not any(c.isdigit() for c in w)]
    return " ".join(words)[:120]


def describe(case: Case) -> str:
    """Return a case for a human: features, settings, and every file."""
    head = f"--- seed {case.seed} ({' '.join(sorted(case.features))})"
    facts = [f"    sets {list(case.sets)}, argv {list(case.argv)}, raises {case.raises}"]
    texts = [f"# {name}\n{text}" for name, text in case.files.items()]
    return "\n".join([head, *facts, *texts])


def predicted(seeds: Iterable[int], tolerated: tuple[str, ...] = ()) -> Sweep:
    """Predict and run the scripts of these seeds."""
    sweep = Sweep(tolerated=tolerated)
    for seed in seeds:
        case = generate(seed)
        directory = Path(tempfile.mkdtemp(prefix="lrlint-oracle-"))
        started = time.process_time()
        try:
            answer = predict(case, directory)
        finally:
            shutil.rmtree(directory)
        seconds = time.process_time() - started
        if answer.failure:
            outcomes = [Outcome("crash", answer.failure)]
        else:
            outcomes = compare(case, run(case), answer.data)
        if seconds > PATIENCE:
            outcomes.append(Outcome("slow", f"predicting took {seconds:.0f} s"))
        sweep.verdicts.append(Verdict(case, outcomes))
    return sweep
