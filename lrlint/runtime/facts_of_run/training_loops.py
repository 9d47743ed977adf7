"""The epoch loop and the batch loop of a run, as far as the recorder can tell."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from lrlint.facts import Guard, GuardKind, Loop, LoopKind, Place
from lrlint.runtime.facts_of_run.epochs import Epochs
from lrlint.runtime.recorder.call_sites import CallSite
from lrlint.runtime.recorder.pass_totals import PassTotals
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.symbolic import Expr


class Loops(NamedTuple):
    """The loops around an optimizer's steps."""

    epoch: Loop | None = None
    batch: Loop | None = None

    @property
    def known(self) -> tuple[Loop, ...]:
        """Those that are known, outermost first."""
        return tuple(loop for loop in self if loop is not None)


class TrainingLoops:
    """Finds the loops around each optimizer's steps; the same loops for those that share them."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.epochs = Epochs(recorder)
        self._by_optimizer: dict[int, Loops] = {}
        self._over_loaders: dict[object, Loops] = {}
        """By their counts and places: a loop is one object for all that it trains."""

    def around(self, optimizer: RecordedOptimizer) -> Loops:
        """Return the loops around an optimizer's steps."""
        loops = self._by_optimizer.get(id(optimizer))
        if loops is None:
            loops = self._by_optimizer[id(optimizer)] = self._find(optimizer)
        return loops

    def _find(self, optimizer: RecordedOptimizer) -> Loops:
        place = next((site.place for site in optimizer.sites.values()), optimizer.place)
        past = max((scheduler.past for scheduler in optimizer.schedulers), default=Fraction(1))
        passes = self.epochs.passes(optimizer)
        if passes.passes:
            return self._loops_over_loaders(passes, place, past)
        epochs = self.epochs.in_loops(optimizer)
        if epochs is not None:
            return _loops(epochs, place, place)
        epoch_end = _rarest_site(optimizer)
        if epoch_end is None:
            return Loops()
        return _loops(epoch_end.calls * past, epoch_end.place, place)

    def _loops_over_loaders(self, passes: PassTotals, place: Place, past: Fraction) -> Loops:
        header = passes.place or place
        epochs, batches = passes.passes * past, passes.batches_of_each
        key = (header, epochs, batches)
        if key not in self._over_loaders:
            self._over_loaders[key] = _loops(epochs, header, header, batches=batches)
        return self._over_loaders[key]

    def accumulation(self, optimizer: RecordedOptimizer) -> Guard | None:
        """Return the guard of an optimizer that steps once for every k batches."""
        batch, most = self.around(optimizer).batch, optimizer.most_batches
        if batch is None or most < 2 or optimizer.steps < 2:
            return None
        return Guard(
            kind=GuardKind.EVERY_K,
            text=f"every {most} batches",
            place=batch.place,
            amount=Expr.const(most),
            loop=batch,
            by_default=True,
        )


def _loops(
    epochs: Fraction | int, epoch_place: Place, batch_place: Place, *, batches: int | None = None
) -> Loops:
    """Return an epoch loop and its batch loop; a training may be resumed within an epoch."""
    whole = Expr.const(int(epochs)) if epochs == int(epochs) else None
    trips = None if batches is None else Expr.const(batches)
    return Loops(
        Loop(kind=LoopKind.EPOCH, trips=whole, place=epoch_place),
        Loop(kind=LoopKind.BATCH, trips=trips, place=batch_place),
    )


def _rarest_site(optimizer: RecordedOptimizer) -> CallSite | None:
    """Return a scheduler's step that comes once for many optimizer steps: it marks an epoch."""
    sites = [site for scheduler in optimizer.schedulers for site in scheduler.sites.values()]
    return next((s for s in sites if s.calls > 1 and optimizer.steps >= 2 * s.calls), None)
