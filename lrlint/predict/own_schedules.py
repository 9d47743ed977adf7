"""Schedulers of the script's own classes: their methods are run, on simulated param groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lrlint.analysis.interpreter.class_objects import BASES
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.members import class_member, external_bases, lookup_order
from lrlint.analysis.model.values import ClassValue, FunctionValue
from lrlint.formulas import LAWS, Group, Law, Replay
from lrlint.predict.functions import compile_method, static
from lrlint.predict.running import LibraryClass, Live, Unreadable

_OF_BASE = ("last_epoch", "base_lrs", "_step_count")

_INNER = ("_initial_step", "_update_lr", "__getattr__", "__getattribute__", "__setattr__")
"""Methods by which a class may change what its base does."""


class OwnSchedule(Replay):
    """A scheduler of a class of the script that derives from torch's ``LRScheduler``.

    A class that derives from another of torch's schedulers runs that one, as far as it does not
    override it.
    """

    def __init__(
        self,
        machine: Machine,
        cls: ClassValue,
        groups: list[Group],
        positional: Sequence[Any],
        keywords: Mapping[str, Any],
    ) -> None:
        """Run the constructor; the optimizer is not among its arguments, which come after it."""
        self.groups = groups
        self.cls = cls
        self.state: dict[str, Any] = {"optimizer": _Optimizer(groups)}
        self.inner: Any = None
        """The replay of the base, where that has a law."""
        self.live = _Scheduler(machine, cls, self)
        (name,) = {base.rsplit(".", 1)[-1] for base in external_bases(cls)}
        self._law = None if name in BASES else LAWS.get(name)
        if self._law is None and name not in BASES:
            raise Unreadable(f"the law of {name}")
        changed = next((one for one in _INNER if self.live.method(one)), None)
        if changed is not None:
            raise Unreadable(f"{cls.name}.{changed}()")
        initialise = self.live.method("__init__") or self.initialise
        initialise(self.state["optimizer"], *positional, **keywords)
        if "last_epoch" not in self.state and self.inner is None:
            raise Unreadable(f"{cls.name}.__init__(), which does not call that of {name}")

    # -- what the class inherits

    def initialise(self, optimizer: Any, *arguments: Any, **keywords: Any) -> None:
        """Run the constructor of the base."""
        keywords.pop("verbose", None)
        if self._law is None:
            super().__init__(self.groups, *arguments[:1], **keywords)
        else:
            bound = self._law.bind(arguments, keywords)
            replace(self._law, replay=self._overridden(self._law)).start(self.groups, **bound)

    def _overridden(self, law: Law) -> type[Replay]:
        """Return the replay of the base, which asks the class for what it overrides."""
        replay: Any = law.replay
        if not isinstance(replay, type):
            raise Unreadable(f"a class that derives from {law.name}")
        schedule = self

        class Inner(replay):  # type: ignore[misc]
            def __init__(self, *arguments: Any, **keywords: Any) -> None:
                schedule.inner = self  # its methods may be called while it is built
                super().__init__(*arguments, **keywords)

            def begin(self, step: Callable[[], None] | None = None) -> None:
                super().begin(schedule.step)

            def next_lrs(self) -> list[Any]:
                return schedule.next_lrs() if schedule.overrides("get_lr") else super().next_lrs()

            def jump_lrs(self) -> list[Any]:
                name = "_get_closed_form_lr"
                if schedule.overrides(name) or schedule.overrides("get_lr"):
                    return schedule.jump_lrs()
                rates: list[Any] = super().jump_lrs()
                return rates

            def of_base(self, name: str) -> Any:
                if name == "get_lr":
                    return super().next_lrs
                if replay.jump_lrs is Replay.jump_lrs:
                    raise Unreadable(f"{name}() of {law.name}")  # torch has none, either
                return super().jump_lrs

        return Inner

    def overrides(self, name: str) -> bool:
        """Whether the class defines a method."""
        return self.live.method(name) is not None

    def inherited(self, name: str) -> Callable[..., Any]:
        """Return a method of the base."""
        if name == "__init__":
            return self.initialise
        if name == "step":
            return self.advance
        if name in ("get_lr", "_get_closed_form_lr") and self.inner is not None:
            rates: Callable[..., Any] = self.inner.of_base(name)
            return rates
        if name == "get_last_lr":
            return lambda: self.lrs
        raise Unreadable(f"super().{name}()")

    def advance(self, epoch: Any = None) -> None:
        """Take a step as the base does."""
        self.state.pop("_last_lr", None)
        if self.inner is not None:
            self.inner.step(epoch)
        else:
            super().step(epoch)

    # -- what the class may override

    def step(self, value: Any = None) -> None:
        method = self.live.method("step")
        if method is None:
            self.advance(value)
        elif value is None:
            method()
        else:
            method(value)

    def next_lrs(self) -> list[Any]:
        return self._rates("get_lr")

    def jump_lrs(self) -> list[Any]:
        closed = self.live.method("_get_closed_form_lr") is not None
        return self._rates("_get_closed_form_lr" if closed else "get_lr")

    def _rates(self, name: str) -> list[Any]:
        method = self.live.method(name)
        rates = None if method is None else method()
        if not isinstance(rates, (list, tuple)):
            raise Unreadable(f"{name}() of {self.live.cls.name}")
        return [float(rate) for rate in rates]

    # -- the state that its methods see

    @property
    def last_epoch(self) -> Any:
        """The counter."""
        return self.state["last_epoch"] if self.inner is None else self.inner.last_epoch

    @last_epoch.setter
    def last_epoch(self, value: Any) -> None:
        self.state["last_epoch"] = value

    @property
    def base_lrs(self) -> Any:
        """The LRs before the schedule was built."""
        return self.state["base_lrs"] if self.inner is None else self.inner.base_lrs

    @base_lrs.setter
    def base_lrs(self, value: Any) -> None:
        self.state["base_lrs"] = value

    @property
    def _step_count(self) -> Any:
        return self.state["_step_count"] if self.inner is None else self.inner._step_count

    @_step_count.setter
    def _step_count(self, value: Any) -> None:
        self.state["_step_count"] = value


class _Optimizer(Live):
    """The optimizer as a scheduler sees it."""

    def __init__(self, groups: list[Group]) -> None:
        self._groups = groups

    def get(self, name: str) -> Any:
        if name != "param_groups":
            raise Unreadable(f"optimizer.{name}")
        return self._groups

    def set(self, name: str, value: Any) -> None:
        raise Unreadable(f"optimizer.{name} = …")

    def inherited(self, owner: ClassValue, name: str) -> Callable[..., Any]:
        raise Unreadable(f"super().{name}")


class GivenScheduler(Live):
    """A scheduler of torch's that a class of the script gets, to step it itself."""

    def __init__(self, replay: Replay, name: str) -> None:
        self.kind = LibraryClass(f"torch.optim.lr_scheduler.{name}")
        self._name = name
        self._replay = replay
        self._last = replay.lrs

    def get(self, name: str) -> Any:
        match name:
            case "step":
                return self._step
            case "get_lr":
                return self._replay.next_lrs
            case "get_last_lr":
                return lambda: list(self._last)
            case "_last_lr":
                return list(self._last)
            case "optimizer":
                return _Optimizer(self._replay.groups)
        if name not in vars(self._replay):
            raise Unreadable(f"{name} of a {self._name}")
        return vars(self._replay)[name]

    def set(self, name: str, value: Any) -> None:
        if name not in ("base_lrs", "last_epoch"):
            raise Unreadable(f"{name} of a {self._name}")
        setattr(self._replay, name, value)

    def inherited(self, owner: ClassValue, name: str) -> Callable[..., Any]:
        raise Unreadable(f"super().{name}")

    def _step(self, epoch: Any = None) -> None:
        self._replay.step(epoch)
        self._last = self._replay.lrs


class _Scheduler(Live):
    """The ``self`` of the scheduler's methods."""

    def __init__(self, machine: Machine, cls: ClassValue, schedule: OwnSchedule) -> None:
        self._machine, self.cls, self._schedule = machine, cls, schedule
        self._methods: dict[FunctionValue, Callable[..., Any]] = {}

    def get(self, name: str) -> Any:
        schedule = self._schedule
        if name in _OF_BASE and (schedule.inner is not None or name in schedule.state):
            return getattr(schedule, name)
        if schedule.inner is not None and name in vars(schedule.inner) and name != "groups":
            return vars(schedule.inner)[name]
        if name in schedule.state:
            return schedule.state[name]
        match name:
            case "_last_lr":
                return schedule.lrs
            case "get_last_lr":
                return lambda: schedule.lrs
            case "_get_lr_called_within_step":
                return True
            case "_is_initial":
                return (schedule if schedule.inner is None else schedule.inner)._initial
        value = class_member(self._machine, self.cls, name)
        if isinstance(value, FunctionValue):
            method = self._bound(value)
            return method() if value.traits.getter else method
        if value is None and name == "_get_closed_form_lr" and schedule.inner is not None:
            return schedule.inherited(name)
        if value is None:
            raise Unreadable(f"self.{name} of {self.cls.name}")
        return static(self._machine, value)

    def set(self, name: str, value: Any) -> None:
        if name == "optimizer" and value is not self._schedule.state["optimizer"]:
            raise Unreadable("self.optimizer")
        if self._schedule.inner is not None and name in vars(self._schedule.inner):
            setattr(self._schedule.inner, name, value)
        else:
            self._schedule.state[name] = value

    def method(self, name: str) -> Callable[..., Any] | None:
        """Return a method that the script defines, bound to the object."""
        value = class_member(self._machine, self.cls, name)
        return self._bound(value) if isinstance(value, FunctionValue) else None

    def _bound(self, method: FunctionValue) -> Callable[..., Any]:
        compiled = self._methods.get(method)
        if compiled is None:
            compiled = self._methods[method] = compile_method(self._machine, method)
        if method.traits.static:
            return compiled
        return lambda *args, **kwargs: compiled(self, *args, **kwargs)

    def inherited(self, owner: ClassValue, name: str) -> Callable[..., Any]:
        order = lookup_order(self.cls)
        for base in order[order.index(owner) + 1 :]:
            value = base.scope.store.data.get(name)
            if isinstance(value, FunctionValue):
                return self._bound(value)
        return self._schedule.inherited(name)
