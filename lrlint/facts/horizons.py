"""How long a schedule is, and the names of horizons that are not an argument."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts.places import Place
from lrlint.symbolic import Expr, Unit

HANDWRITTEN_COSINE = "the cosine of lr_lambda"
"""The ``parameter`` of a horizon that comes from a function of the script."""
HANDWRITTEN_LINE = "the decay of lr_lambda"
INFINITE_BATCHES = "trainer.num_training_batches, which is inf before fit() has loaded its data"
OWN_COSINE = "the cosine of get_lr()"
"""The same, from the ``get_lr()`` of a scheduler class of the script."""
OWN_LINE = "the decay of get_lr()"
HANDWRITTEN_ENDS = frozenset({HANDWRITTEN_COSINE, HANDWRITTEN_LINE, OWN_COSINE, OWN_LINE})
WITH_CYCLES = "the length with all cycles and warm-ups"
"""The ``parameter`` of a horizon of one of timm's schedules, where that is not an argument."""
WITH_PHASES = "num_warmup_steps + num_stable_steps + num_decay_steps"
"""The same of transformers' `get_wsd_schedule`, where it is given the number of stable steps."""
HANDWRITTEN = "get_lr"
"""The ``scheduler`` of a schedule that the script writes into the param groups itself."""
HANDWRITTEN_DECAY = "the decay"
"""The ``parameter`` of its horizon."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Horizon:
    """How long a schedule is."""

    parameter: str
    """``T_max``, ``total_steps``, ``epochs * steps_per_epoch``, ``milestones``…"""
    length: Expr | None
    """In advances of the scheduler; for milestones, the last milestone."""
    unit: Unit | None
    """What the length counts, by the names in it (``args.epochs``, ``len(loader)``)."""
    place: Place
    stays: bool = False
    """Whether the LR stays where it is after the horizon, as that of ``max(0, 1 - t / T)``."""
    floored: bool = False
    """Whether a line ends above 0, as ``1 - 0.9 * t / T`` does."""
