"""Look at generated scripts: ``python -m tests.oracle.show SEED [SEED …]``.

Prints the script, the LRs that torch used, and what lrlint predicts, side by side.
``--sweep FIRST COUNT`` compares many and reports what the failures have in common;
``--audit FIRST COUNT`` does the same for the findings; ``--full`` runs the backward passes too.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

from .case import Case
from .compare import close, compare
from .generate import generate
from .lrlint_run import Answer, Unavailable, check, predict
from .sweep import describe, predicted
from .torch_run import Recording, run


def _numbered(text: str) -> str:
    rows = enumerate(text.splitlines(), 1)
    return "\n".join(f"{row:4}  {line}" if line else f"{row:4}" for row, line in rows)


def _schedules(answer: Any) -> list[Any]:
    return [s for file in answer["files"] for s in file["schedules"]]


def _table(real: list[list[float]], ours: list[list[float]]) -> list[str]:
    """Return a row per optimizer step and param group: torch, lrlint, a mark where they differ."""
    rows = ["    step group        torch       lrlint"]
    empty: list[float] = []
    for group, (a, b) in enumerate(zip_longest(real, ours, fillvalue=empty)):
        for step, (x, y) in enumerate(zip_longest(a, b)):
            same = x is not None and y is not None and close(y, x)
            texts = [f"{v:12.6g}" if v is not None else " " * 11 + "-" for v in (x, y)]
            rows.append(f"    {step:4} {group:5} {' '.join(texts)}{'' if same else '  <--'}")
    return rows


def _side_by_side(recording: Recording, answer: Answer) -> list[str]:
    lines: list[str] = []
    schedules = _schedules(answer.data) if answer.data else []
    for record in recording.schedules:
        optimizer = recording.optimizer(record)
        lines.append(
            f"torch:  {record.name} {record.place.file}:{record.place.row} {record.arguments},"
            f" steps {record.steps}, optimizer steps {optimizer.steps}"
        )
        mine = [s for s in schedules if s["location"]["row"] == record.place.row]
        for schedule in mine:
            short = {k: v for k, v in schedule.items() if k != "lr"}
            lines.append(f"lrlint: {json.dumps(short)}")
        lines += _table(optimizer.lr, (mine[0]["lr"] if mine else None) or [])
    return lines


def show(case: Case, *, light: bool = True) -> str:
    """Return everything about one case."""
    head, *_ = describe(case).splitlines()
    lines = [head, f"    sets {list(case.sets)}, argv {list(case.argv)}, raises {case.raises}"]
    lines += [f"# {name}\n{_numbered(text)}" for name, text in case.files.items()]
    recording = run(case, light=light)
    if recording.error is not None:
        lines.append(f"torch raised {recording.error!r}")
    try:
        with tempfile.TemporaryDirectory() as directory:
            answer = predict(case, Path(directory))
            findings = check(case, Path(directory))
    except Unavailable as reason:
        answer, findings = Answer(failure=str(reason)), Answer(data=[])
    lines += _side_by_side(recording, answer)
    if answer.failure:
        lines.append(f"lrlint predict: {answer.failure}")
    else:
        lines += [f"{o.kind}: {o.detail}" for o in compare(case, recording, answer.data)]
    for finding in findings.data or []:
        lines.append(f"{finding['code']} row {finding['location']['row']}: {finding['message']}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*")
    parser.add_argument("--sweep", type=int, nargs=2, metavar=("FIRST", "COUNT"))
    parser.add_argument("--audit", type=int, nargs=2, metavar=("FIRST", "COUNT"))
    parser.add_argument("--full", action="store_true", help="run the backward passes too")
    options = parser.parse_args()
    for seed in options.seeds:
        print(show(generate(seed), light=not options.full))
    if options.sweep:
        first, count = options.sweep
        print(predicted(range(first, first + count)).report(rows=40))
    if options.audit:
        from .test_findings_honest import audit

        first, count = options.audit
        print(audit(range(first, first + count)).report())


if __name__ == "__main__":
    main()
