"""Axis ``ending``: where the training ends, and how it is left."""

from __future__ import annotations

from .draft import Draft, option
from .text import Lines, block


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


def _open_ended(draft: Draft) -> bool:
    return draft.skeleton == "epochs" and draft.raises is None


def _leave(draft: Draft, lines: Lines) -> None:
    """Leave in the middle of an epoch, or at the end of one."""
    if draft.chance(0.5):
        total = draft.epochs * draft.batches
        limit = draft.number("max_iters", max(1, total - draft.pick([0, 1, 2, draft.batches])))
        draft.counters.append("seen = 0")
        draft.extras.stop_batch = ["seen += 1", *block(f"if seen >= {limit}:", lines)]
        return
    draft.needs.add("epoch")
    limit = str(max(1, draft.epochs - draft.pick([0, 1, 2])))
    draft.extras.stop_epoch = block(f"if EPOCH + 1 >= {limit}:", lines)


@option("ending", 0.8, when=_open_ended, modelled=False)
def stopped_by_exception(draft: Draft) -> None:
    """The script's own exception, caught around the loops."""
    draft.needs.add("stop-training")
    draft.helpers.append(block("class StopTraining(Exception):", ['"""Enough."""']))
    _leave(draft, [draft.pick(["raise StopTraining", 'raise StopTraining("enough")'])])


@option("ending", 0.8, when=_open_ended)
def stopped_by_exit(draft: Draft) -> None:
    """``sys.exit()`` in the middle."""
    draft.only["layout"] = ("flat", "main-function", "main-with-arguments")
    _leave(draft, [draft.pick(["sys.exit()", "sys.exit(0)", "raise SystemExit"])])


@option("ending", 0.8, when=_open_ended)
def stopped_by_return(draft: Draft) -> None:
    """``return`` out of the function with the loops."""
    draft.only["training"] = ("loops-in-line",)
    draft.only["layout"] = ("main-function", "main-with-arguments")
    _leave(draft, ["return"])


@option("ending", 0.5, when=_open_ended, modelled=False)
def stopped_by_next(draft: Draft) -> None:
    """``next()`` of an exhausted iterator ends the training."""
    draft.needs |= {"stop-iteration"}
    total = draft.epochs * draft.batches
    limit = max(1, total - draft.pick([0, 1, 2, draft.batches]))
    draft.counters.append(f"allowance = iter(range({limit}))")
    draft.extras.stop_batch = ["next(allowance)"]


CAUGHT = {"stop-training": "StopTraining", "stop-iteration": "StopIteration"}


def guarded(draft: Draft, loops: Lines) -> Lines:
    """Return the loops, in a ``try`` where an exception ends them."""
    for need, name in CAUGHT.items():
        if need in draft.needs:
            return [*block("try:", loops), *block(f"except {name}:", ['print("stopped")'])]
    return loops
