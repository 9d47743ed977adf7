"""Dry runs: loops that step a scheduler without training, to plot or to test its curve."""

from __future__ import annotations

import re
from pathlib import PurePath

import libcst as cst

from lrlint.analysis.code.queries import draws
from lrlint.analysis.model.trace import LoopRecord
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import walk

_HARMLESS = re.compile(
    r"step|zero_grad|get_(last_)?lr|state_dict"
    r"|append|extend|insert|add|add_scalar"
    r"|range|trange|tqdm|enumerate|zip|next|iter|len|list|tuple"
    r"|backward|sum|mean"
    r"|float|int|str|round|abs|item|tolist|numpy|format|copy|deepcopy"
    r"|print|sleep|catch_warnings|simplefilter"
    r"|approx|isclose|allclose|assert\w*"
)
"""Calls that neither call a model nor fetch data."""
_COUNTING = frozenset({"range", "trange", "tqdm", "enumerate", "count"})
_COLLECTING = re.compile(r"append|extend|insert|assert|approx|isclose|allclose")
_LR = re.compile(r"""["']lr["']|get_(last_)?lr""")
_EPOCH = re.compile(r"epoch", re.IGNORECASE)
_TEST_FILE = re.compile(r"^(test_.*|.*_test|conftest)$")


def is_dry_run(record: LoopRecord) -> bool:
    """Whether a loop does nothing but step and look at the LR.

    A loop over epochs that only steps is taken for the sketch of a training, unless it collects
    LRs or is part of a test.
    """
    loop = record.place.node
    if record.over_loader or not isinstance(loop, (cst.For, cst.While)):
        return False
    seen = _calls(loop)
    if seen is None or "step" not in seen or (isinstance(loop, cst.While) and draws(loop.test)):
        return False
    if "backward" in seen and not _collects_lrs(loop):
        return False  # else the gradients only make the updates possible whose LRs are looked at
    return (
        not _EPOCH.search(record.target or "")
        or any(_COLLECTING.search(name) for name in seen)
        or _is_in_test(record)
    )


def _collects_lrs(loop: cst.For | cst.While) -> bool:
    """Whether a loop appends LRs to a list: ``lrs.append(optimizer.param_groups[0]["lr"])``."""
    return any(
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value == "append"
        and any(
            isinstance(node, (cst.Name, cst.SimpleString)) and _LR.fullmatch(node.value)
            for node in walk(call)
        )
        for call in walk(loop)
    )


def _calls(loop: cst.For | cst.While) -> set[str] | None:
    """Return the names of all that a loop calls; None where a call may train or load data."""
    seen: set[str] = set()
    for node in walk(loop):
        match node:
            case cst.For(iter=source) if not _is_counting(source):
                return None
            case cst.Call(func=cst.Attribute(attr=name)) | cst.Call(func=cst.Name() as name):
                if not _HARMLESS.fullmatch(name.value):
                    return None
                seen.add(name.value)
            case cst.Call():
                return None
            case cst.Assert():
                seen.add("assert")
    return seen


def _is_counting(source: cst.BaseExpression) -> bool:
    """Whether a loop counts, or runs over param groups, optimizers or schedulers: not a loader."""
    match source:
        case cst.Call(func=cst.Name(value=name), args=[first, *_]) if name in _COUNTING:
            return name in ("range", "trange", "count") or _is_counting(first.value)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="count"))):
            return True
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return bool(re.search(r"param_groups|optim|sched|epochs", name))
    return False


def is_in_test_file(place: SyntaxPlace) -> bool:
    """Whether a place is in a file of tests; ``train_test.py`` may be a script."""
    path = place.unit.path
    return path is not None and (
        path.stem.startswith("test_") or path.stem == "conftest" or path.parent.name == "tests"
    )


def _is_in_test(record: LoopRecord) -> bool:
    path = record.place.unit.path
    return path is not None and (
        _TEST_FILE.match(path.stem) is not None or "tests" in PurePath(path).parts[-4:-1]
    )
