"""The parameters that are the steps of a warm-up and of the whole training, by library."""

from __future__ import annotations

from typing import Final

from lrlint.formulas import composer_schedules, warmup_cosine

WARMUPS: Final = {**warmup_cosine.WARMUPS, **composer_schedules.WARMUPS}
"""The length of the warm-up and that of the training, where the names are a library's own."""
LENGTHS: Final = {**warmup_cosine.LENGTHS, **composer_schedules.ENDS}
"""The length of the training alone."""
