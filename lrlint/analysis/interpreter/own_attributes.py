"""Attributes of optimizers and schedulers, as far as no class of torch decides what they are.

Scripts mark a scheduler with what their loop asks for later: ``scheduler.interval = "epoch"``. A
class of the script may set any attribute in its constructor.
"""

from __future__ import annotations

from typing import Final

from lrlint.analysis.interpreter import members
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.conditions import Condition, flag
from lrlint.analysis.model.questions import Asks, Identity, Question
from lrlint.analysis.model.records import OptimizerValue, SchedulerRecord, SchedulerValue
from lrlint.analysis.model.values import AnyValue, Choice, Const, Method, Opaque, Truth

_OF_BOTH: Final = frozenset({"step", "state_dict", "load_state_dict"})
_OF_OPTIMIZERS: Final = _OF_BOTH | {
    "add_param_group",
    "defaults",
    "param_groups",
    "state",
    "zero_grad",
}
_OF_SCHEDULERS: Final = _OF_BOTH | {
    "_get_lr_called_within_step",
    "_initial_step",
    "_last_lr",
    "_step_count",
    "base_lrs",
    "get_last_lr",
    "get_lr",
    "last_epoch",
    "optimizer",
}
_STATE: Final = frozenset(
    {
        "T_cur",
        "T_i",
        "_is_initial",
        "_milestones",
        "_scale_fn_custom",
        "_scale_fn_ref",
        "_schedule_phases",
        "_schedulers",
        "base_momentums",
        "best",
        "cooldown_counter",
        "lr_lambdas",
        "max_lrs",
        "max_momentums",
        "min_lrs",
        "mode_worse",
        "num_bad_epochs",
        "step_ratio",
        "total_size",
    }
)
"""What the classes of torch keep beside their arguments, and compute the LR from."""


def is_label(record: SchedulerRecord, name: str) -> bool:
    """Whether nothing reads an attribute but the script, so that setting it changes no LR."""
    known = name in _OF_SCHEDULERS or name in _STATE or name in record.arguments
    return not (known or record.own or record.kind or record.handler or record.derived)


def write(
    machine: Machine, owner: OptimizerValue | SchedulerValue, name: str, value: AnyValue
) -> None:
    """Keep what the script sets an attribute to: a text or a truth, for numbers may change."""
    kept = isinstance(value, (Const, Truth, Opaque, Choice))
    machine.write(owner.record.attributes, name, value if kept else _unknown(owner, name))


def read(machine: Machine, owner: OptimizerValue | SchedulerValue, name: str) -> AnyValue | None:
    """Return what the script has set an attribute to; None where it has not."""
    machine.read(owner.record.attributes, name)
    return owner.record.attributes.data.get(name)


def resolved(value: AnyValue) -> AnyValue:
    """Return a value, or an unknown for an attribute that no class of torch has.

    Reading an attribute that is not seen to be set gives a `Method`: calls have the same form.
    """
    match value:
        case Method(receiver=OptimizerValue() as owner, name=name) if name not in _OF_OPTIMIZERS:
            return _unseen(owner, name)
        case Method(receiver=SchedulerValue() as owner, name=name) if name not in _OF_SCHEDULERS:
            return _unseen(owner, name)
    return value


def _unseen(owner: OptimizerValue | SchedulerValue, name: str) -> AnyValue:
    """Return an attribute of unknown value, the same unknown each time."""
    return owner.record.attributes.data.setdefault((name,), _unknown(owner, name))


def _unknown(owner: OptimizerValue | SchedulerValue, name: str) -> Opaque:
    default = "scheduler" if isinstance(owner, SchedulerValue) else "optimizer"
    return Opaque(f"{owner.record.variable or default}.{name}")


def has(
    machine: Machine, owner: OptimizerValue | SchedulerValue, name: str, text: str
) -> bool | Condition:
    """Return whether an optimizer or scheduler has an attribute, or the condition under which."""
    if read(machine, owner, name) is not None:
        return True
    if isinstance(owner, OptimizerValue):
        return name in _OF_OPTIMIZERS
    record = owner.record
    if name in _OF_SCHEDULERS or name in record.arguments:
        return True
    if record.own is None:
        return False
    if members.class_member(machine, record.own.cls, name) is not None:
        return True
    return flag(Question(Asks.TRUTH, Identity(record), name), text)
