"""The words in which rules judge: units, lengths, rates, resuming, wiring, wording."""

from __future__ import annotations

from lrlint.judgement.horizon_units import (
    BY_NAME,
    COINCIDENCE,
    WITH_DEFAULTS,
    Evidence,
    horizon_in_batches,
    horizon_in_epochs,
)
from lrlint.judgement.stepping import (
    cadence,
    driver,
    is_moved,
    moved_by,
    never_stepped,
    regular_sites,
    stepped_by_itself_too,
)
from lrlint.judgement.too_fast import TooFast, decays_too_fast
from lrlint.judgement.units import (
    Mismatch,
    stepped_per_batch_with_epoch_horizon,
    stepped_per_epoch_with_batch_horizon,
)

__all__ = [
    "BY_NAME",
    "COINCIDENCE",
    "WITH_DEFAULTS",
    "Evidence",
    "Mismatch",
    "TooFast",
    "cadence",
    "decays_too_fast",
    "driver",
    "horizon_in_batches",
    "horizon_in_epochs",
    "is_moved",
    "moved_by",
    "never_stepped",
    "regular_sites",
    "stepped_by_itself_too",
    "stepped_per_batch_with_epoch_horizon",
    "stepped_per_epoch_with_batch_horizon",
]
