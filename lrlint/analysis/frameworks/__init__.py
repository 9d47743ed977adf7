"""Models of the frameworks that step schedules: who calls ``step()``, when, and how often."""

from __future__ import annotations

# Importing a module registers its models.
from lrlint.analysis.frameworks import (
    accelerate,
    transformers_arguments,
    transformers_schedulers,
    transformers_trainer,
)

__all__ = [
    "accelerate",
    "transformers_arguments",
    "transformers_schedulers",
    "transformers_trainer",
]
