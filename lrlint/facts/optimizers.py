"""Optimizers and their param groups."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.facts.calls import Call, StepSite, Write
from lrlint.facts.loops import Loop
from lrlint.facts.places import Place
from lrlint.facts.recorded import BadRate
from lrlint.symbolic import Expr


@dataclass(frozen=True, eq=False, kw_only=True)
class ParamGroup:
    """What one param group starts with."""

    lr: Expr | None
    lr_given: bool = True
    """Whether the script gives its LR, rather than the optimizer's signature."""
    momentum: Expr | None = None
    initial_lr: bool = False
    """Whether the script sets its ``initial_lr``, which a scheduler otherwise sets."""
    place: Place | None = None


@dataclass(eq=False, kw_only=True)
class OptimizerUse:
    """An optimizer, and where it is stepped."""

    class_name: str
    variable: str | None
    place: Place
    groups: tuple[ParamGroup, ...]
    sites: tuple[StepSite, ...] = ()
    steps: Expr | None = None
    """How often it steps over the whole training."""
    escapes: str | None = None
    """Where it is passed to code that is not analysed, in words, or None."""
    open_groups: bool = False
    """Whether it has param groups that are not in ``groups``."""
    replaced_by: OptimizerUse | None = None
    """The optimizer later stored under the same name, or None."""
    replaced_midway: OptimizerUse | None = None
    """One that takes its name after some iterations of a loop: ``if epoch == 10: …``; or None."""
    replaced_in: tuple[Loop, ...] = ()
    """The loops in which ``replaced_midway`` takes its name."""
    writes: tuple[Write, ...] = ()
    """LRs that the script writes into its param groups itself."""
    calls: tuple[Call, ...] = ()
    """Where its state is read and restored: ``state_dict``, ``load_state_dict``."""
    bad_rate: BadRate | None = None
    """Recorded runs only."""

    @property
    def stepped(self) -> bool:
        """Whether a step of it is known."""
        return bool(self.sites)
