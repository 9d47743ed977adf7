"""What a long recording holds in memory: ``python benchmarks/memory.py``.

Records ten million steps of an optimizer that does nothing, with a scheduler that changes the LR at
every one of them and a trace streamed to disk; prints the memory of the process as it goes.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import torch
from recording import optimizer_of
from torch.optim.lr_scheduler import ExponentialLR

from lrlint.runtime.session import Mode, Session
from lrlint.runtime.trace_file import Trace


def resident() -> float:
    """MiB of this process that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000_000)
    parser.add_argument("--tensor", action="store_true", help="the LR is a tensor")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        session = Session(Mode.RECORD)
        session.trace_to(path)
        session.start()
        optimizer = optimizer_of(2, torch.tensor(0.1) if options.tensor else 0.1)
        scheduler = ExponentialLR(optimizer, 0.01 ** (1 / options.steps))
        begin = time.perf_counter()
        for step in range(options.steps):
            optimizer.step()
            scheduler.step()
            if step % (options.steps // 10) == 0:
                took = time.perf_counter() - begin
                print(f"{step:>12,} steps  {resident():7.1f} MiB  {took:6.0f} s", flush=True)
        session.stop()
        print(f"{options.steps:>12,} steps  {resident():7.1f} MiB")
        (track,) = session.recording(()).schedules
        print(f"largest relative error {track.max_relative_error}, {len(track.at):,} points kept")
        print(f"trace: {os.path.getsize(path) / 2**20:,.0f} MiB")
        if options.steps <= 1_000_000:
            rows = Trace.load(path).rows
            print(f"trace holds {len(rows):,} rows")


if __name__ == "__main__":
    main()
