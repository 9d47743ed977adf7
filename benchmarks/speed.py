"""What lrlint and other linters cost on the same tree, measured side by side.

``python benchmarks/speed.py TREE`` runs each linter that it finds over the tree, in turn and
several times, and prints a table in Markdown: median CPU and wall seconds of the whole process with
its children, peak memory of the largest process, and the ratio of CPU time to lrlint's. A linter
that is not installed is named and left out. lrlint runs in one process and in two, and as ruff does
with a cache that an earlier run has filled. TREE may be a single script.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True)
class Tool:
    """A linter: its program, and its arguments before the tree."""

    name: str
    program: str
    arguments: tuple[str, ...] = ()
    cache: str | None = None
    """The option that names the folder of its cache; None: it runs without one."""


_LRLINT = ("check", "--isolated", "--output-format", "concise")
_RUFF = ("check", "--isolated", "--quiet")

# Configuration files of the tree are left out where a linter allows it. Without a cache each linter
# does the work that it does when it sees the tree for the first time. ruff keeps no result of a
# file in which it finds something, so it shows with a few rules what its cache is worth.
TOOLS = (
    Tool("lrlint", "lrlint", (*_LRLINT, "--no-cache", "--jobs", "1")),
    Tool("lrlint, 2 processes", "lrlint", (*_LRLINT, "--no-cache", "--jobs", "2")),
    Tool("lrlint, cached", "lrlint", _LRLINT, "--cache-dir"),
    Tool("ruff", "ruff", (*_RUFF, "--no-cache")),
    Tool("ruff, cached", "ruff", _RUFF, "--cache-dir"),
    Tool("ruff, cached, E9 only", "ruff", (*_RUFF, "--select", "E9"), "--cache-dir"),
    Tool("flake8", "flake8", ("--isolated",)),
    Tool("TorchFix", "torchfix"),
    Tool("Fixit", "fixit", ("lint",)),
)


@dataclass(frozen=True)
class Run:
    """One run of a linter."""

    cpu: float
    """Seconds of user and system time, of all its processes."""
    wall: float
    """Seconds from its start to its end."""
    peak: float
    """MiB that its largest process has had in memory at once; 10 at least, see ``measure``."""
    status: int
    """Its exit status; negative: the signal that ended it."""


@dataclass
class Result:
    """What one linter cost."""

    tool: str
    version: str
    runs: list[Run] = field(default_factory=list)

    def median(self, what: str) -> float:
        """The median of ``cpu``, ``wall`` or ``peak`` over the runs."""
        values: list[float] = [getattr(run, what) for run in self.runs]
        return statistics.median(values)


# A process inherits the peak memory of the one that starts it, so that one had better be small.
# Bytecode may be written: a linter that is installed for development has it from its first run on,
# as the others have it from their installation.
_STARTER = """
import os, sys, time
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
null = os.open(os.devnull, os.O_RDWR)
start = time.perf_counter()
files = [(os.POSIX_SPAWN_DUP2, null, number) for number in range(3)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=files)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - start
print(used.ru_utime + used.ru_stime, wall, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def measure(command: Sequence[str], limit: float | None = None) -> Run:
    """Run a command to its end and say what it cost; it is ended after ``limit`` wall seconds.

    What its children cost counts as far as it has waited for them.
    """
    start = time.perf_counter()
    starter = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _STARTER, *command],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        shown, _ = starter.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(starter.pid, signal.SIGKILL)
        starter.communicate()
        return Run(math.nan, time.perf_counter() - start, math.nan, -signal.SIGKILL)
    cpu, wall, peak, status = shown.split()
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB elsewhere
    return Run(float(cpu), float(wall), float(peak) * unit / 2**20, int(status))


def find(tool: Tool, place: Path | None) -> str | None:
    """The program of a linter: in an environment or at a path that was given, else on PATH."""
    if place is None:
        return shutil.which(tool.program)
    for candidate in (place / "bin" / tool.program, place / tool.program, place):
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate.absolute())
    return None


def version(program: str) -> str:
    """What the program says of its version, in one word where that is possible."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    words = done.stdout.split()
    return next((word for word in words if word[:1].isdigit()), "?").rstrip(",")


def count(tree: Path) -> tuple[int, int]:
    """How many scripts and notebooks there are below a tree, and the lines of the scripts."""
    if tree.is_file():
        return 1, tree.read_bytes().count(b"\n")
    files = lines = 0
    for folder, _, names in os.walk(tree):
        for name in names:
            if name.endswith(SUFFIXES):
                files += 1
                if name.endswith(".py"):
                    lines += Path(folder, name).read_bytes().count(b"\n")
    return files, lines


def compare(
    tools: Sequence[tuple[Tool, str]], tree: Path, rounds: int, patience: float, limit: float
) -> Iterator[Result]:
    """Run the linters in turn, so that what else the machine does hits all of them alike."""
    results = [Result(tool.name, version(program)) for tool, program in tools]
    with tempfile.TemporaryDirectory() as caches:
        commands = [
            [program, *tool.arguments, *_cache(tool, Path(caches) / str(number)), str(tree)]
            for number, (tool, program) in enumerate(tools)
        ]
        for (tool, _), command in zip(tools, commands, strict=True):
            if tool.cache is not None:
                measure(command, limit)
        for number in range(rounds):
            for (tool, _), command, result in zip(tools, commands, results, strict=True):
                if number and result.runs[0].wall > patience:
                    continue
                result.runs.append(measure(command, limit))
                last = result.runs[-1]
                print(
                    f"round {number + 1}: {tool.name} {last.cpu:.2f} s CPU,"
                    f" exit status {last.status}",
                    file=sys.stderr,
                )
    yield from results


def _cache(tool: Tool, folder: Path) -> tuple[str, ...]:
    return () if tool.cache is None else (tool.cache, str(folder))


def table(results: Sequence[Result]) -> str:
    """The results in Markdown."""
    rows = [
        "| linter | version | CPU s | wall s | peak MiB | CPU, relative | runs |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    base = results[0].median("cpu") if results else 0.0
    for one in results:
        cpu, wall, peak = (one.median(what) for what in ("cpu", "wall", "peak"))
        stopped = " (stopped)" if any(run.status == -signal.SIGKILL for run in one.runs) else ""
        ratio = f"{cpu / base:.3g}" if base else "?"
        rows.append(
            f"| {one.tool} | {one.version} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {ratio}"
            f" | {len(one.runs)}{stopped} |"
        )
    return "\n".join(rows)


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, help="script, or folder of Python code, to lint")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each linter (3)")
    parser.add_argument(
        "--patience",
        type=float,
        default=120,
        metavar="SECONDS",
        help="a linter that takes longer is run once only (120)",
    )
    parser.add_argument(
        "--limit", type=float, default=7200, metavar="SECONDS", help="end a run after this (7200)"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these programs only")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write every run there, as JSON"
    )
    for program in dict.fromkeys(tool.program for tool in TOOLS):
        parser.add_argument(
            f"--{program}",
            type=Path,
            metavar="PLACE",
            help=f"environment or program of {program} (default: on PATH)",
        )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write the JSON."""
    options = arguments(given)
    wanted = {name.lower() for name in options.only or [tool.program for tool in TOOLS]}
    found: list[tuple[Tool, str]] = []
    missing: dict[str, None] = {}
    for tool in TOOLS:
        if tool.program in wanted:
            program = find(tool, getattr(options, tool.program))
            if program is None:
                missing[tool.program] = None
            else:
                found.append((tool, program))
    files, lines = count(options.tree)
    results = list(
        compare(found, options.tree, max(options.rounds, 1), options.patience, options.limit)
    )
    print(f"{files} files, {lines} lines of Python\n")
    print(table(results))
    if missing:
        print(f"\nNot installed: {', '.join(missing)}.")
    if options.output is not None:
        document = {
            "tree": str(options.tree),
            "files": files,
            "lines": lines,
            "missing": list(missing),
            "results": [asdict(result) for result in results],
        }
        text = json.dumps(document, indent=2).replace("NaN", "null")  # a run that was stopped
        options.output.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
