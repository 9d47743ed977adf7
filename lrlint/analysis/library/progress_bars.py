"""Progress bars, which give what they are wrapped around."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.iterables import range_of
from lrlint.analysis.library.registry import models, models_last_name
from lrlint.analysis.model.values import AnyValue, Opaque, Stream


@models(
    "tqdm.tqdm",
    "tqdm.auto.tqdm",
    "tqdm.notebook.tqdm",
    "rich.progress.track",
    "fastprogress.master_bar",
)
def _bar(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0, "iterable")
    if value is not None:
        return value
    total = numbers.to_number(machine, arguments.keywords.get("total"))
    return Stream(total, lambda _: Opaque()) if total is not None else Opaque()


@models_last_name(
    "tqdm", "track", "ProgressBar", "progress_bar", "log_every", "alive_it", "metered"
)
def _any_bar(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    return arguments.get(0, "iterable")


@models("tqdm.trange", "tqdm.auto.trange")
def _trange(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return range_of(machine, arguments, node)


@models_last_name("trange", "mrange")
def _any_trange(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    return range_of(machine, arguments, node) if arguments.positional else None
