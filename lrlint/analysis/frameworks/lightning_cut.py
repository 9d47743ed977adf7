"""Where ``max_steps`` ends a training of Lightning."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.analysis.frameworks.lightning_batches import updates_per_epoch
from lrlint.analysis.frameworks.lightning_trainer import Trainer
from lrlint.analysis.model.conditions import Condition, Relation
from lrlint.symbolic import Atom, Expr, ceil, floor, minimum


@dataclass(frozen=True, slots=True)
class Cut:
    """Where ``max_steps`` ends a training."""

    epochs: Expr | None
    """The epochs that it begins."""
    limit: Expr | None
    """The batches after which it ends, counted through all epochs."""
    whole: Expr | None
    """The epochs that it finishes."""
    levels: int
    """How many loops its end leaves."""

    def whole_epoch(self, epoch: Atom) -> Condition | None:
        """Return the condition under which an epoch is finished, unless all are."""
        if self.whole is None or self.whole == self.epochs:
            return None
        return Relation("<", Expr.atom(epoch), self.whole, "max_steps does not end the epoch")


def cut_by_max_steps(trainer: Trainer, batches: Expr) -> Cut | None:
    """Return where ``max_steps`` ends the training, unless the epochs end it before."""
    limit, epochs = trainer.max_steps, trainer.epochs
    updates = updates_per_epoch(trainer, batches)
    if limit is None or updates is None:
        return None
    if epochs is not None:
        if any(number.value is None for number in (limit, epochs, updates)):
            accumulates = trainer.accumulation != Expr.const(1)
            return Cut(epochs, None if accumulates else limit, None, 2)
        if epochs.value * updates.value <= limit.value:  # type: ignore[operator]
            return None
    accumulation = trainer.accumulation
    last = limit
    if accumulation != Expr.const(1):
        # The batch, counted through all epochs, at which the last update happens.
        full = floor((limit - 1) / updates)
        rest = (limit - full * updates) * accumulation
        last = full * batches + minimum(rest, batches)
    return Cut(ceil(limit / updates), last, floor(limit / updates), 1)
