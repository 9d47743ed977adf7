"""Axis ``ending``: where the training ends."""

from __future__ import annotations

from .draft import Draft, option
from .text import block


@option("ending", 14)
def all_epochs(draft: Draft) -> None:
    """The loops run to their ends."""


@option("ending", 1, when=lambda d: d.skeleton == "epochs" and d.raises is None)
def step_limit(draft: Draft) -> None:
    """``if seen >= max_iters: break`` out of both loops."""
    total = draft.epochs * draft.batches
    limit = draft.number("max_iters", max(1, total - draft.pick([0, 1, 2, draft.batches])))
    draft.counters.append("seen = 0")
    stop = block(f"if seen >= {limit}:", ["break"])
    draft.extras.stop_batch = ["seen += 1", *stop]
    draft.extras.stop_epoch = stop


@option("ending", 0.7, when=lambda d: d.skeleton == "epochs" and d.raises is None)
def last_epoch_reached(draft: Draft) -> None:
    """``if epoch + 1 == limit: break`` at the end of an epoch."""
    draft.needs.add("epoch")
    limit = max(1, draft.epochs - draft.pick([0, 1]))
    draft.extras.stop_epoch = block(f"if EPOCH + 1 >= {limit}:", ["break"])
