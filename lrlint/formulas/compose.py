"""SequentialLR and ChainedScheduler: schedulers made of schedulers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeGuard

from lrlint.formulas.arguments import is_number, is_whole, parameters_of
from lrlint.formulas.law import Curve, Law, NoClosedForm, Problem, refused
from lrlint.formulas.plateau import ReduceLROnPlateau
from lrlint.formulas.replay import Group, Replay, copied, write

Child = tuple[str, Mapping[str, Any]]
"""A member as the closed forms take it: the key of its law in `LAWS`, and its arguments."""


def _require(groups: list[Group], schedulers: Sequence[Replay]) -> None:
    """Raise ValueError for members that torch refuses."""
    if len(schedulers) < 1:
        raise ValueError("there is no scheduler in the list")
    for index, scheduler in enumerate(schedulers):
        if isinstance(scheduler, ReduceLROnPlateau):
            raise ValueError(f"scheduler {index} is a ReduceLROnPlateau, which needs a metric")
        if scheduler.groups is not groups:
            raise ValueError(f"scheduler {index} drives another optimizer")


class _Composite(Replay):
    _schedulers: Sequence[Replay]

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        for child, child_state in zip(self._schedulers, state["_schedulers"], strict=False):
            child.load_state_dict(child_state)


class SequentialLR(_Composite):
    """One member after the other; each starts over, from counter 0, at its milestone.

    The members are replays already started on the same groups. A member that is itself composed
    raises NotImplementedError at its milestone, as in torch.
    """

    def __init__(
        self,
        groups: list[Group],
        schedulers: list[Replay],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        _require(groups, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(f"{len(schedulers)} schedulers need {len(schedulers) - 1} milestones")
        self.groups = groups
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        for group in groups:
            write(group, "lr", copied(group["initial_lr"]))
        _undo(self)
        schedulers[bisect_right(milestones, 0)].begin()

    def step(self, value: Any = None) -> None:
        """Step the member in turn; TypeError for an epoch."""
        _take_nothing(self, value)
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            scheduler.update(0)
        else:
            scheduler.step()


class ChainedScheduler(_Composite):
    """Every member, in list order, at every step; building it writes nothing.

    torch gives it no counter; `last_epoch` counts its steps here.
    """

    def __init__(self, groups: list[Group], schedulers: Sequence[Replay]) -> None:
        _require(groups, schedulers)
        self.groups = groups
        self._schedulers = schedulers
        self.last_epoch = 0

    def step(self, value: Any = None) -> None:
        """Step every member; TypeError for an epoch."""
        _take_nothing(self, value)
        self.last_epoch += 1
        for scheduler in self._schedulers:
            scheduler.step()


def _take_nothing(scheduler: Replay, value: object) -> None:
    if value is not None:
        raise TypeError(f"{type(scheduler).__name__}.step() takes no argument")


def _undo(scheduler: Replay) -> None:
    """Take back the initial step of the constructors: the counters, not the other state."""
    if isinstance(scheduler, _Composite):
        for child in scheduler._schedulers:
            _undo(child)
    else:
        scheduler.last_epoch -= 1


_CARRIES_ON = frozenset({"MultiplicativeLR", "SWALR"})
"""They start from the last LR of their predecessor; all others from the initial LR."""
_KEEPS_VALUES_IN_GROUPS = frozenset({"OneCycleLR", "SWALR"})
"""They read their corners from the groups, where a second one of the class overwrites them."""
_PURE_FACTORS = frozenset(
    {
        "MultiplicativeLR",
        "StepLR",
        "MultiStepLR",
        "ConstantLR",
        "LinearLR",
        "ExponentialLR",
        "PolynomialLR",
    }
)


class _Laws:
    """The closed forms of compositions, over the laws of their members."""

    def __init__(self, known: Mapping[str, Law]) -> None:
        self._known = known

    def _members(
        self, schedulers: Sequence[Child], default_lr: float | None
    ) -> list[tuple[Law, dict[str, Any]]]:
        """Return the members' laws and arguments; NoClosedForm for a degenerate or composed one."""
        members = []
        for name, given in schedulers:
            law, arguments = self._known[name].resolve(**given)
            if law.closed_form is None or law.name in {"SequentialLR", "ChainedScheduler"}:
                raise NoClosedForm(f"{law.name} has none inside a composition")
            if law.problems(default_lr=default_lr, **arguments):
                raise NoClosedForm(f"{law.name} has degenerate arguments")
            members.append((law, {**arguments, "default_lr": default_lr}))
        return members

    def sequential(
        self,
        base_lrs: Sequence[float],
        schedulers: Sequence[Child],
        milestones: Sequence[int],
        default_lr: float | None,
    ) -> Curve:
        """Return `f_i(t - m_i)` of the member whose turn step `t` is."""
        members = self._members(schedulers, default_lr)
        if list(milestones) != sorted(milestones) or not all(map(is_whole, milestones)):
            raise NoClosedForm("the milestones are not a rising list of whole numbers")
        names = [law.name for law, _ in members]
        if any(names.count(name) > 1 for name in _KEEPS_VALUES_IN_GROUPS):
            raise NoClosedForm("the last of several members of a class sets the corners of all")
        start, bases = _built(base_lrs, members, milestones)
        first = bisect_right(milestones, 0)
        pieces: list[Curve] = []

        def at(t: float) -> list[float]:
            return pieces[bisect_right(milestones, t)](t)

        for index, ((law, arguments), base) in enumerate(zip(members, bases, strict=True)):
            begins = milestones[index - 1] if index > first else 0
            if begins and law.name in _CARRIES_ON:
                piece = _carried_on(law, arguments, partial(at, begins - 1))
            else:
                if index == first and law.chainable:
                    if law.name == "CosineAnnealingLR" and base != start:
                        raise NoClosedForm("CosineAnnealingLR starts away from its initial LR")
                    base = start
                piece = law.curve(base, **arguments)
            pieces.append(_shifted(piece, begins))
        return at

    def chained(
        self, base_lrs: Sequence[float], schedulers: Sequence[Child], default_lr: float | None
    ) -> Curve:
        """Return `b * f_1(t) * … * f_n(t)`, where every member only multiplies."""
        members = self._members(schedulers, default_lr)
        if len(members) == 1:
            law, arguments = members[0]
            return law.curve(base_lrs, **arguments)
        ends = [_multiplies_until(law, arguments) for law, arguments in members]
        ones = [1.0] * len(base_lrs)
        factors = [law.curve(ones, **arguments) for law, arguments in members]

        def curve(t: float) -> list[float]:
            if t > min(ends):
                raise NoClosedForm("CosineAnnealingLR adds to the LR after T_max")
            lrs = list(base_lrs)
            for factor in factors:
                lrs = [lr * f for lr, f in zip(lrs, factor(t), strict=True)]
            return lrs

        return curve


def _shifted(curve: Curve, begins: float) -> Curve:
    return lambda t: curve(t - begins)


def _carried_on(law: Law, arguments: Mapping[str, Any], left: Callable[[], list[float]]) -> Curve:
    """Return the curve that starts at the predecessor's last LR.

    That LR is computed when it is first needed: the predecessor may raise before its last step.
    """

    @cache
    def curve() -> Curve:
        base = left()
        if law.name == "MultiplicativeLR":  # at a milestone, and only there, it applies factor(0)
            groups: list[Group] = [{"lr": lr} for lr in base]
            law.start(groups, **arguments).update(0)
            base = [group["lr"] for group in groups]
        return law.curve(base, **arguments)

    return lambda t: curve()(t)


def _built(
    base_lrs: Sequence[float],
    members: Sequence[tuple[Law, dict[str, Any]]],
    milestones: Sequence[int],
) -> tuple[list[float], list[list[float]]]:
    """Return the LR that construction resets the groups to, and the base LRs of every member.

    They differ from `base_lrs` where a member (OneCycleLR, CyclicLR) replaces the initial LR.
    """
    groups: list[Group] = [{"lr": lr, "momentum": 0.0} for lr in base_lrs]
    replays = [law.start(groups, **arguments) for law, arguments in members]
    start = [group["initial_lr"] for group in groups]
    SequentialLR(groups, replays, list(milestones))
    return start, [replay.base_lrs for replay in replays]


def _multiplies_until(law: Law, arguments: Mapping[str, Any]) -> float:
    """Return the last step before `law` does anything but multiply the LR."""
    if law.name in _PURE_FACTORS:
        return float("inf")
    if law.name == "CosineAnnealingLR" and arguments["eta_min"] == 0:
        return abs(float(arguments["T_max"]))
    raise NoClosedForm(f"{law.name} does more than multiply the LR")


def _members_of(schedulers: object) -> list[str | None]:
    """Return the names of the members, None for an unknown one."""
    if not isinstance(schedulers, (list, tuple)):
        return []
    return [
        child[0] if isinstance(child, tuple) and child and isinstance(child[0], str) else None
        for child in schedulers
    ]


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, (list, tuple))


def _check_chained(schedulers: object, **_: object) -> Iterator[Problem]:
    if _is_list(schedulers) and not schedulers:
        yield refused("schedulers", "the list of schedulers is empty")
    for index, name in enumerate(_members_of(schedulers)):
        if name in {"ReduceLROnPlateau", "get_reduce_on_plateau_schedule"}:
            yield refused("schedulers", f"scheduler {index} is a ReduceLROnPlateau")


def _check_sequential(schedulers: object, milestones: object, **_: object) -> Iterator[Problem]:
    """Yield what is wrong with the schedulers and milestones of a ``SequentialLR``."""
    yield from _check_chained(schedulers)
    if not _is_list(schedulers) or not schedulers or not _is_list(milestones):
        return
    if len(milestones) != len(schedulers) - 1:
        yield refused(
            "milestones",
            f"{len(milestones)} milestones for {len(schedulers)} schedulers: "
            f"{len(schedulers) - 1} are needed",
        )
        return
    numbers = [m for m in milestones if is_number(m)]
    for index, milestone in enumerate(milestones, start=1):
        if is_number(milestone) and not is_whole(milestone):
            yield Problem(
                "milestones",
                f"milestone {milestone!r} is not a whole number of steps: "
                f"scheduler {index} goes on from the LR it finds instead of starting over",
            )
    if len(numbers) == len(milestones) and numbers != sorted(numbers):
        yield Problem("milestones", f"milestones {numbers!r} are not in rising order")
        return
    for index, name in enumerate(_members_of(schedulers)):
        milestone = milestones[index - 1] if index else 0
        if name in {"SequentialLR", "ChainedScheduler"} and is_number(milestone):
            overtaken = index < len(milestones) and milestones[index] == milestone
            if milestone > 0 and is_whole(milestone) and not overtaken:
                yield Problem(
                    "schedulers",
                    f"scheduler {index} is a {name}, which cannot start at a milestone",
                    raises="NotImplementedError",
                    at=int(milestone),
                )


def _members_know(composite: Callable[..., Replay]) -> Callable[..., Replay]:
    """Drop the default LR, which the members were started with."""
    return lambda groups, default_lr, **arguments: composite(groups, **arguments)


def composite_laws(known: Mapping[str, Law]) -> tuple[Law, ...]:
    """Return the laws of compositions whose members are looked up in `known`."""
    forms = _Laws(known)
    return (
        Law(
            name="SequentialLR",
            source="torch.optim.lr_scheduler.SequentialLR",
            parameters=parameters_of(SequentialLR),
            replay=_members_know(SequentialLR),
            closed_form=forms.sequential,
            check=_check_sequential,
            reads_default_lr=True,
            horizon=("milestones",),
            durations=("milestones",),
            writes_at_construction=True,
            removed=frozenset({"verbose"}),
        ),
        Law(
            name="ChainedScheduler",
            source="torch.optim.lr_scheduler.ChainedScheduler",
            parameters=parameters_of(ChainedScheduler),
            replay=_members_know(ChainedScheduler),
            closed_form=forms.chained,
            check=_check_chained,
            reads_default_lr=True,
            chainable=True,
            optimizer_index=1,
            optimizer_optional=True,
        ),
    )
