"""One schedule of a run in words and curves, for every form of report."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.facts import HANDWRITTEN
from lrlint.output.curves import Curve
from lrlint.runtime.track import Track


def driver(track: Track) -> str:
    """Return what sets the LR."""
    return "an LR written by hand" if track.scheduler == HANDWRITTEN else track.scheduler


def title(track: Track) -> str:
    """Return what drives what."""
    rank = f", rank {track.rank}" if track.rank else ""
    return f"{driver(track)}, optimizer {track.optimizer}{rank}"


def counts(track: Track) -> str:
    """Return how often the two of them stepped."""
    epochs = "" if track.epochs is None else f" in {track.epochs} epochs"
    steps = "writes of the LR" if track.scheduler == HANDWRITTEN else "scheduler steps"
    return f"{track.optimizer_steps:,} optimizer steps, {track.scheduler_steps:,} {steps}{epochs}"


def agreement(track: Track) -> str:
    """Say in a line whether the LR is the schedule's."""
    departure, error = track.first_divergence, track.max_relative_error
    if departure is not None:
        return (
            f"departs from its schedule at optimizer step {departure.step + 1}:"
            f" {departure.used:.6g} instead of {departure.expected:.6g}"
        )
    if track.scheduler == HANDWRITTEN:
        if error is None:
            return "the script sets the LR itself; there is no prediction to compare it with"
        return f"LR matches the prediction at every step (max. rel. error {_error(error)})"
    if track.expected is None or error is None:
        return "no step used its LR" if not track.optimizer_steps else "its law is not known"
    if track.overlaid_steps:
        return (
            f"something else scales the LR of {track.overlaid_steps:,} optimizer steps, and puts it"
            " back before the scheduler steps: a warm-up, for example"
        )
    return f"LR matches the scheduler at every step (max. rel. error {_error(error)})"


def curves(track: Track) -> Iterator[Curve]:
    """Yield the LR of each param group, and what it should have been where it is not that."""
    steps = [step + 1 for step in track.at]
    several = len(track.lr) > 1
    for group, lr in enumerate(track.lr):
        name = f"group {group}" if several else "used"
        yield Curve(name, steps, lr)
        expected = None if track.expected is None else track.expected[group]
        if expected is not None and track.first_divergence is not None:
            yield Curve(f"{name} as scheduled" if several else "as scheduled", steps, expected)


def _error(error: float) -> str:
    return f"{error:.1e}" if error else "0"
