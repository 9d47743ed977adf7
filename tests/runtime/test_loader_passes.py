"""Passes over loaders: how many trained something, and how long they were."""

from __future__ import annotations

from lrlint.runtime.recorder.call_sites import RunPlace
from lrlint.runtime.recorder.loader_passes import LoaderPasses

from .trainings import model, optimizer_of, recorded

HERE = RunPlace("train.py", 3)


class Iterator:
    """What a loader's iterator is here: something with an id."""


def test_passes_that_train_are_counted_with_their_lengths() -> None:
    passes, loaders = LoaderPasses(lambda: HERE), [Iterator(), Iterator(), Iterator()]
    with recorded() as session:
        optimizer_of(model())
    (optimizer,) = session.recorder.optimizers
    for iterator, batches, trains in zip(loaders, (3, 5, 4), (True, True, False), strict=True):
        for _ in range(batches):
            passes.requested(iterator)
            passes.yielded(iterator)
            if trains:
                passes.stepped(optimizer)
        passes.ended(id(iterator))
    assert (passes.totals.passes, passes.totals.fewest, passes.totals.most) == (2, 3, 5)
    assert passes.totals.place is HERE
    assert passes.batches == 12
    assert optimizer.most_batches == 1


def test_a_pass_that_was_left_is_closed_when_its_iterator_is_gone_or_at_the_end() -> None:
    passes = LoaderPasses(lambda: HERE)
    gone, left = Iterator(), Iterator()
    passes.requested(gone)
    passes.requested(left)
    assert passes.active == [id(gone), id(left)]
    del gone
    assert passes.active == [id(left)]
    passes.finish()
    assert passes.active == []
