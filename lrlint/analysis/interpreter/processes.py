"""Scripts that run in several processes, each with a share of the data."""

from __future__ import annotations

import re

from lrlint.analysis.interpreter.machine import Machine

_TOGETHER = re.compile(rb"init_process_group|DistributedDataParallel")
_EXCHANGES = re.compile(
    rb"reduce\w*\s*\(|gather\w*\s*\(|broadcast\w*\s*\(|torchmetrics|synchronize_between"
    rb"|ReduceOp|accelerat|horovod|Fabric|\.average\("
)
"""What may tell a process the values of the others."""


def drifts_apart(machine: Machine) -> bool:
    """Whether the processes train one model, and no code in view exchanges what they measure."""
    texts = [unit.source.data for unit in machine.scopes]
    return any(map(_TOGETHER.search, texts)) and not any(map(_EXCHANGES.search, texts))
