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
MODULES = ["argparse", "click", "contextlib", "copy", "functools", "io", "itertools", "math"]
MODULES += ["os", "random", "sys"]


WORD = re.compile(r"(?<![\w.\"'])([A-Za-z_]\w*)(\.|\()?(?![\"'])")


def header(text: str, variant: int) -> Lines:
    """Return imports for ``text``, in the order that people keep."""
    found = set(WORD.findall(text))
    prefixes = {name for name, mark in found if mark == "."}
    names = {name for name, mark in found}
    called = {name for name, mark in found if mark == "("}

    lines = [f"import {m}" for m in MODULES if m in prefixes]
    if "@dataclass" in text:
        field = ", field" if "field" in called else ""
        lines.append(f"from dataclasses import dataclass{field}")
    if "partial" in called:
        lines.append("from functools import partial")
    if "SimpleNamespace" in called:
        lines.append("from types import SimpleNamespace")
    if "NamedTuple" in names:
        lines.append("from typing import NamedTuple")
    lines.append("")
    if "np" in prefixes:
        lines.append("import numpy as np")
    lines.append("import torch")
    if "nn" in prefixes:
        lines.append(["import torch.nn as nn", "from torch import nn"][variant % 2])
    if "optim" in prefixes:
        lines.append(["import torch.optim as optim", "from torch import optim"][variant // 2 % 2])
    if "lrs" in prefixes:
        lines.append("import torch.optim.lr_scheduler as lrs")
    if "lr_scheduler" in prefixes:
        lines.append("from torch.optim import lr_scheduler")
    for module, members in (
        ("torch.optim", OPTIMIZERS),
        ("torch.optim.lr_scheduler", SCHEDULERS),
        ("torch.optim.swa_utils", ["AveragedModel", "SWALR"]),
        ("torch.utils.data", DATA),
    ):
        if bare := [n for n in members if n in names]:
            lines.append(f"from {module} import {', '.join(bare)}")
    if bare := [n for n in ("tqdm", "trange") if n in called]:
        lines += _progress(bare, variant)
    return lines


def _progress(names: list[str], variant: int) -> Lines:
    """Import tqdm, or define a replacement where it is not installed."""
    if variant % 3:
        return [f"from tqdm import {', '.join(names)}"]
    fallback = {
        "tqdm": ["", "    def tqdm(it, **kwargs):", "        return it"],
        "trange": ["", "    def trange(n, **kwargs):", "        return range(n)"],
    }
    lines = ["", "try:", f"    from tqdm import {', '.join(names)}", "except ImportError:"]
    return [*lines, *(line for name in names for line in fallback[name])]
