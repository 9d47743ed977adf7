"""``lrlint report``: what the trace of a run that is over shows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lrlint.cli.terminal import style_of, write
from lrlint.errors import UserError

if TYPE_CHECKING:  # the charts take 0.1 s to import, and `--help` needs none
    from lrlint.runtime.trace_file import Trace


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="TRACE...", type=click.Path(path_type=Path)
)
def report(files: tuple[Path, ...]) -> int:
    """Show the LR that the optimizers of a run have used, as `lrlint run --trace FILE` wrote it.

    A trace is whole after a run that was killed, too, up to its last half second.
    """
    from lrlint.runtime.trace_file import Trace

    blocks: list[str] = []
    for path in files:
        try:
            trace = Trace.load(path)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror or error}") from error
        blocks += _describe(path, trace)
    write("\n\n".join(blocks) + "\n")
    return 0


def _describe(path: Path, trace: Trace) -> Iterator[str]:
    """Yield the parts of a trace as text: a heading, then each optimizer with its curve."""
    from lrlint.output.curves import Curve
    from lrlint.output.summary import count
    from lrlint.output.text import clean
    from lrlint.predict.terminal_plot import draw

    rank = f", rank {trace.rank}" if trace.rank else ""
    end = "" if trace.steps is not None else ": the run was killed, or goes on"
    yield clean(f"{path}{rank}{end}")
    for optimizer in trace.optimizers:
        groups = list(zip(*trace.lrs(optimizer.number), strict=True))
        steps = len(groups[0]) if groups else 0
        where = clean(f"{optimizer.filename}:{optimizer.row}  {optimizer.class_name}")
        lines = [where, f"  {count(steps, 'optimizer step')}"]
        if steps:
            names = [f"group {index}" for index in range(len(groups))]
            names = ["used"] if len(groups) == 1 else names
            at = range(1, steps + 1)
            curves = [Curve(name, at, lr) for name, lr in zip(names, groups, strict=True)]
            zeros = sum(not any(lrs) for lrs in zip(*groups, strict=True))
            first, last = groups[0][0], groups[0][-1]
            lines.append(f"  LR {first:.6g} at the first step, {last:.6g} at the last")
            lines += [f"  LR exactly 0 in {count(zeros, 'step')}"] if zeros else []
            lines += ["", *(f"  {row}" for row in draw(curves, colour=style_of(sys.stdout).colour))]
        yield "\n".join(lines)
