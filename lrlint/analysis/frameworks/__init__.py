"""Frameworks that train: each module says who calls ``step()``, how often and under what names.

A framework's model interprets what the script gives it, and emits ordinary optimizer and scheduler
steps in an epoch loop and a batch loop, so that they are counted, judged and predicted as those of
a loop that the script writes.
"""

from __future__ import annotations

# Importing a module registers its models.
from lrlint.analysis.frameworks import (
    accelerate,
    composer,
    deepspeed,
    lightning_module,
    lightning_trainer,
    monai,
    sentence_transformers,
    skorch,
    timm,
    timm_created,
    timm_optimizers,
    transformers_arguments,
    transformers_parser,
    transformers_schedulers,
    transformers_trainer,
)

__all__ = [
    "accelerate",
    "composer",
    "deepspeed",
    "lightning_module",
    "lightning_trainer",
    "monai",
    "sentence_transformers",
    "skorch",
    "timm",
    "timm_created",
    "timm_optimizers",
    "transformers_arguments",
    "transformers_parser",
    "transformers_schedulers",
    "transformers_trainer",
]
