"""The import lines that a text needs."""

from __future__ import annotations

import re

from .text import Lines

SCHEDULERS = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
OPTIMIZERS = ["SGD", "Adam", "AdamW", "RMSprop"]
DATA = ["DataLoader", "Dataset", "Subset", "TensorDataset", "random_split"]
MODULES = ["argparse", "click", "functools", "itertools", "math", "random", "sys"]


def _bare(names: list[str], text: str) -> list[str]:
    """Names that occur without a prefix."""
    return [n for n in names if re.search(rf"(?<![\w.\"']){n}\b(?![\"'])", text)]


def header(text: str, variant: int) -> Lines:
    """Imports for ``text``, in the order that people keep."""

    def has(pattern: str) -> bool:
        return re.search(pattern, text) is not None

    lines = [f"import {m}" for m in MODULES if has(rf"(?<![\w.]){m}\.")]
    classes = [n for n in ("dataclass", "field") if has(rf"(?<![\w.]){n}\b[(\n]")]
    if "@dataclass" in text:
        lines.append(f"from dataclasses import {', '.join(classes)}")
    if has(r"(?<![\w.])partial\("):
        lines.append("from functools import partial")
    if "SimpleNamespace(" in text:
        lines.append("from types import SimpleNamespace")
    lines.append("")
    if has(r"\bnp\."):
        lines.append("import numpy as np")
    lines.append("import torch")
    if has(r"(?<![\w.])nn\."):
        lines.append(["import torch.nn as nn", "from torch import nn"][variant % 2])
    if has(r"(?<![\w.])optim\."):
        lines.append(["import torch.optim as optim", "from torch import optim"][variant // 2 % 2])
    if has(r"(?<![\w.])lrs\."):
        lines.append("import torch.optim.lr_scheduler as lrs")
    if has(r"(?<![\w.])lr_scheduler\."):
        lines.append("from torch.optim import lr_scheduler")
    for module, names in (
        ("torch.optim", OPTIMIZERS),
        ("torch.optim.lr_scheduler", SCHEDULERS),
        ("torch.utils.data", DATA),
    ):
        if bare := _bare(names, text):
            lines.append(f"from {module} import {', '.join(bare)}")
    if bare := _bare(["tqdm", "trange"], text):
        lines += _progress(bare, variant)
    return lines


def _progress(names: list[str], variant: int) -> Lines:
    """tqdm, or what stands in for it where it is not installed."""
    if variant % 3:
        return [f"from tqdm import {', '.join(names)}"]
    fallback = {
        "tqdm": ["", "    def tqdm(it, **kwargs):", "        return it"],
        "trange": ["", "    def trange(n, **kwargs):", "        return range(n)"],
    }
    lines = ["", "try:", f"    from tqdm import {', '.join(names)}", "except ImportError:"]
    return [*lines, *(line for name in names for line in fallback[name])]
