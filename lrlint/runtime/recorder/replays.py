"""The recursions of torch's schedulers, replayed beside the real ones.

Laws that call the user's own functions are not replayed, since a function may have effects.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from lrlint.formulas import LAWS, Law, Replay
from lrlint.runtime.recorder.expected_groups import ExpectedGroups
from lrlint.runtime.recorder.interrupts import let_pass

_TORCH_MODULES = frozenset({"torch.optim.lr_scheduler", "torch.optim.swa_utils"})
_TIMM = "timm.scheduler."
_METHODS = frozenset({"step", "get_lr"})


def law_of(scheduler: object) -> Law | None:
    """Return the law of torch's or timm's scheduler; None where the script changes what it does."""
    cls = type(scheduler)
    law = LAWS.get(cls.__name__)
    methods = (getattr(cls, name, None) for name in _METHODS)
    modules = {part.__module__ for part in (cls, *methods) if part}
    is_library = modules <= _TORCH_MODULES
    if law is not None and law.positioned:
        is_library = all(module.startswith(_TIMM) for module in modules)
    changed = not _METHODS.isdisjoint(getattr(scheduler, "__dict__", ()))
    return law if law is not None and law.is_class and is_library and not changed else None


def start_replay(
    law: Law | None,
    expected: ExpectedGroups,
    arguments: Mapping[str, Any],
    children: Sequence[Replay | None],
    groups: Sequence[Mapping[str, Any]],
) -> Replay | None:
    """Return the replay of a scheduler that was just built; None where it cannot be replayed.

    Then the LRs that its constructor has written are expected.
    """
    replay = _started(law, expected, arguments, children)
    if replay is None or not _agree(expected, groups):
        expected.follow(groups)
        return None
    return replay


def _agree(expected: ExpectedGroups, groups: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the replay of a constructor wrote what the constructor wrote."""
    pairs = zip(expected.groups, groups, strict=False)
    return all(
        not isinstance(real["lr"], (float, int))  # which may be rounded
        or math.isclose(mine["lr"], real["lr"], rel_tol=1e-9, abs_tol=1e-15)
        for mine, real in pairs
    )


def _started(
    law: Law | None,
    expected: ExpectedGroups,
    arguments: Mapping[str, object],
    children: Sequence[Replay | None],
) -> Replay | None:
    if law is None or law.takes_metric or any(map(callable, leaves(arguments))):
        return None
    if law.random is not None and arguments.get(law.random) is not None:
        return None  # the noise is torch's
    values = dict(arguments)
    if "schedulers" in values:
        if None in children or not children:
            return None
        values["schedulers"] = list(children)
    try:
        return law.start(expected.groups, **values)
    except Exception as error:  # a form of arguments that the replay does not take
        let_pass(error)
        return None


def state_for_replay(scheduler: Any) -> dict[str, Any]:
    """Return a scheduler's state as its replay takes it: with floats for tensors."""
    state: dict[str, Any] = _with_floats(scheduler.state_dict())
    return state


def position_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a scheduler's state says how far it is, without its arguments."""
    position = {key: state[key] for key in _POSITION if key in state}
    parts = state.get("_schedulers")
    return position if parts is None else position | {"_schedulers": [*map(position_in, parts)]}


_POSITION = ("last_epoch", "_step_count", "T_cur")


def _with_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_floats(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_with_floats(entry) for entry in value)
    return float(value) if hasattr(value, "item") else value


def leaves(arguments: Mapping[str, object]) -> list[object]:
    """Return the values of arguments and of the lists among them, but no scheduler's parts."""
    values: list[object] = []
    for name, value in arguments.items():
        if name != "schedulers":
            values += value if isinstance(value, (list, tuple)) else [value]
    return values
