"""What lrlint says of real repositories, kept as a table, and how a change of lrlint changes it.

``python benchmarks/ecosystem.py FOLDER --output new.jsonl --against old.jsonl`` lints each folder
in FOLDER as a repository of its own, in a process of its own, writes one JSON object a line, and
prints which findings are new, gone or changed against an earlier table, which failures are, and
which files became slower.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Key = tuple[object, ...]

SLOWER = (1.5, 0.2)
"""A file became slower where it takes this many times as long and so many CPU seconds more."""


# -- one repository, in a process of its own ---------------------------------------------------


def examine(pedantic: bool) -> Iterator[Row]:
    """The rows of the working directory: its findings, failures, files, and a summary."""
    from lrlint.linter.engine import lint
    from lrlint.linter.settings import Settings

    start, wall = time.process_time(), time.perf_counter()
    report = lint(["."], Settings(pedantic=pedantic), patience=60.0)
    used, passed = time.process_time() - start, time.perf_counter() - wall
    for one in report.diagnostics:
        yield {
            "kind": "finding",
            "file": one.filename,
            "cell": one.cell,
            "row": one.location.row,
            "column": one.location.column,
            "code": one.code,
            "severity": one.severity.label,
            "message": one.message,
            "fix": None if one.fix is None else one.fix.applicability.value,
        }
    for problem in report.problems:
        yield {"kind": "failure", "message": problem}
    for name, seconds in report.seconds.items():
        yield {"kind": "file", "file": name, "cpu": round(seconds, 3)}
    yield {
        "kind": "repository",
        "files": report.files_found,
        "analysed": report.files_analysed,
        "cpu": round(used, 2),
        "wall": round(passed, 2),
    }


def examined(repository: Path, python: str, pedantic: bool, limit: float) -> list[Row]:
    """The rows of one repository; what ends the process becomes a row, too."""
    command = [python, str(Path(__file__).resolve()), "--here"]
    if pedantic:
        command.append("--pedantic")
    try:
        done = subprocess.run(
            command,
            cwd=repository,
            capture_output=True,
            timeout=limit,
            check=False,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired:
        rows: list[Row] = [{"kind": "failure", "message": f"stopped after {limit:g} s"}]
    else:
        rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1]
            message = f"exit status {done.returncode}: {last}"
            rows.append({"kind": "failure", "message": message})
    return [{"repo": repository.name, **row} for row in rows]


# -- tables ------------------------------------------------------------------------------------


def read(path: Path) -> list[Row]:
    """The rows of a table."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def write(rows: Iterable[Row], path: Path) -> None:
    """Write a table."""
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def of_kind(rows: Iterable[Row], kind: str) -> list[Row]:
    """The rows of one kind."""
    return [row for row in rows if row["kind"] == kind]


def place(row: Row) -> str:
    """Where a finding is, as a terminal would link it."""
    cell = f"cell {row['cell']}:" if row["cell"] is not None else ""
    return f"{row['repo']}/{row['file']}:{cell}{row['row']}:{row['column']}"


def said(row: Row) -> str:
    """What a finding says."""
    return f"{row['severity']}[{row['code']}] {row['message']}"


@dataclass
class Difference:
    """What changed from one table to another."""

    added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)
    """Findings at the same place and of the same rule: before and after."""
    failing: list[Row] = field(default_factory=list)
    mended: list[Row] = field(default_factory=list)
    slower: list[tuple[Row, Row]] = field(default_factory=list)
    cpu: tuple[float, float] = (0.0, 0.0)

    @property
    def findings_differ(self) -> bool:
        """Whether anything but the time is different."""
        return bool(self.added or self.removed or self.changed or self.failing or self.mended)

    def lines(self) -> Iterator[str]:
        """The difference for a terminal."""
        for row in self.removed:
            yield f"- {place(row)}: {said(row)}"
        for row in self.added:
            yield f"+ {place(row)}: {said(row)}"
        for before, after in self.changed:
            yield f"~ {place(after)}: {said(after)}"
            yield f"  was: {said(before)} (fix: {before['fix']}, now {after['fix']})"
        for row in self.mended:
            yield f"- {row['repo']}: failure: {row['message']}"
        for row in self.failing:
            yield f"+ {row['repo']}: failure: {row['message']}"
        for before, after in self.slower:
            yield f"> {after['repo']}/{after['file']}: {before['cpu']} -> {after['cpu']} s CPU"
        yield (
            f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed;"
            f" {len(self.failing)} new failures, {len(self.mended)} mended;"
            f" {len(self.slower)} slower files; CPU {self.cpu[0]:.1f} -> {self.cpu[1]:.1f} s"
        )


def difference(old: Sequence[Row], new: Sequence[Row]) -> Difference:
    """Compare two tables, as far as both hold the same repositories."""
    shared = {row["repo"] for row in old} & {row["repo"] for row in new}
    old = [row for row in old if row["repo"] in shared]
    new = [row for row in new if row["repo"] in shared]
    found = Difference()
    before, after = _keyed(of_kind(old, "finding")), _keyed(of_kind(new, "finding"))
    found.added = [row for key, row in after.items() if key not in before]
    found.removed = [row for key, row in before.items() if key not in after]
    found.changed = [
        (before[key], row) for key, row in after.items() if key in before and before[key] != row
    ]
    failed, fails = _failures(old), _failures(new)
    found.failing = [row for key, row in fails.items() if key not in failed]
    found.mended = [row for key, row in failed.items() if key not in fails]
    times = {(row["repo"], row["file"]): row for row in of_kind(old, "file")}
    for row in of_kind(new, "file"):
        earlier = times.get((row["repo"], row["file"]))
        if earlier is not None and row["cpu"] > max(
            earlier["cpu"] * SLOWER[0], earlier["cpu"] + SLOWER[1]
        ):
            found.slower.append((earlier, row))
    found.cpu = (
        sum(row["cpu"] for row in of_kind(old, "repository")),
        sum(row["cpu"] for row in of_kind(new, "repository")),
    )
    return found


def _keyed(findings: Iterable[Row]) -> dict[Key, Row]:
    names = ("repo", "file", "cell", "row", "column", "code")
    return {tuple(row[name] for name in names): row for row in findings}


def _failures(rows: Iterable[Row]) -> dict[Key, Row]:
    return {(row["repo"], row["message"]): row for row in of_kind(rows, "failure")}


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """The table in a few lines."""
    repositories = of_kind(rows, "repository")
    counts: dict[str, int] = {}
    for row in of_kind(rows, "finding"):
        counts[row["code"]] = counts.get(row["code"], 0) + 1
    yield (
        f"{len(repositories)} repositories, {sum(row['files'] for row in repositories)} files,"
        f" {sum(row['analysed'] for row in repositories)} analysed,"
        f" {sum(row['cpu'] for row in repositories):.1f} s CPU"
    )
    yield ", ".join(f"{code}: {counts[code]}" for code in sorted(counts)) or "no findings"
    for row in of_kind(rows, "failure"):
        yield f"{row['repo']}: failure: {row['message']}"
    slowest = sorted(of_kind(rows, "file"), key=lambda row: -row["cpu"])[:5]
    for row in slowest:
        yield f"{row['cpu']:.2f} s: {row['repo']}/{row['file']}"


# -- the command -------------------------------------------------------------------------------


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="folder of repositories")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the table there")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with this table")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these repositories only")
    parser.add_argument("--pedantic", action="store_true", help="record advice, too")
    parser.add_argument(
        "--python",
        default=sys.executable,
        metavar="PROGRAM",
        help="the Python whose lrlint is to run (default: this one)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="repositories at a time (1)")
    parser.add_argument(
        "--limit",
        type=float,
        default=600,
        metavar="SECONDS",
        help="wall time for one repository (600)",
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 where findings or failures differ"
    )
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    if options.folder is None and not options.here:
        parser.error("the folder of repositories is missing")
    return options


def main(given: Sequence[str] | None = None) -> int:
    """Lint, write the table, print what there is to say."""
    options = arguments(given)
    if options.here:
        for row in examine(options.pedantic):
            print(json.dumps(row))
        return 0
    repositories = [one.resolve() for one in sorted(options.folder.iterdir()) if one.is_dir()]
    if options.only:
        repositories = [one for one in repositories if one.name in options.only]
    earlier = None if options.against is None else read(options.against)
    rows: list[Row] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for found in pool.map(
            lambda one: examined(one, options.python, options.pedantic, options.limit),
            repositories,
        ):
            rows += found
    if options.output is not None:
        write(rows, options.output)
    print("\n".join(summary(rows)))
    if earlier is None:
        return 0
    change = difference(earlier, rows)
    print("\n".join(change.lines()))
    return int(options.check and change.findings_differ)


if __name__ == "__main__":
    sys.exit(main())
