"""Run a generated script with torch, and record which learning rate each optimizer step used.

Many scripts run in one process: each in a fresh ``__main__``, its project's modules imported from
memory. The LR is read in a global optimizer pre-hook, so it is the one that the step applies.

With ``light`` (the default) ``backward()`` and torch's profiler marks do nothing: no script's LR
depends on them, and it makes the oracle twice as fast. ``test_generator.py`` compares both.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import io
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch.autograd import profiler
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.optimizer import Optimizer, register_optimizer_step_pre_hook
from torch.optim.swa_utils import SWALR

from .case import Case

ROOT = "/oracle"
"""Where the project of a running script seems to be."""


class Place(NamedTuple):
    file: str
    row: int


class Event(NamedTuple):
    """Something that happened to an optimizer or scheduler, of the record with that index."""

    kind: str
    """``optimizer-`` or ``scheduler-`` ``built`` or ``step``; ``get-lr``."""
    number: int
    place: Place


@dataclass
class OptimizerRecord:
    index: int
    name: str
    lr: list[list[float]] = field(default_factory=list)
    """The LR used at each step, one list per param group."""
    base: list[float] = field(default_factory=list)
    """The LR of each param group when it was built."""

    @property
    def steps(self) -> int:
        return len(self.lr[0]) if self.lr else 0


@dataclass
class SchedulerRecord:
    index: int
    name: str
    optimizer: int
    place: Place
    arguments: dict[str, Any]
    """The constructor's arguments, defaults included (but for the optimizer)."""
    explicit: frozenset[str]
    """Those that the script gave."""
    parent: int | None = None
    """The SequentialLR or ChainedScheduler that it is part of."""
    steps: int = 0
    """Calls of ``step()`` that the script made itself."""
    given: int = 0
    """Those of them with an argument."""


@dataclass
class Recording:
    optimizers: list[OptimizerRecord] = field(default_factory=list)
    schedulers: list[SchedulerRecord] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    error: BaseException | None = None
    output: str = ""

    @property
    def schedules(self) -> list[SchedulerRecord]:
        """The schedulers that are not part of another one."""
        return [s for s in self.schedulers if s.parent is None]

    def optimizer(self, schedule: SchedulerRecord) -> OptimizerRecord:
        return self.optimizers[schedule.optimizer]


def _place() -> Place | None:
    """Return the innermost line of the script that is being executed."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(ROOT):
            return Place(file[len(ROOT) + 1 :], frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]
    return None


class Recorder:
    """Fills a recording while torch is patched (see ``recording``)."""

    def __init__(self) -> None:
        self.recording = Recording()
        self._optimizers: dict[int, Optimizer] = {}
        self._schedulers: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def optimizer_built(self, optimizer: Optimizer) -> None:
        place = _place()
        if place is None:
            return
        index = len(self.recording.optimizers)
        base = [float(group["lr"]) for group in optimizer.param_groups]
        record = OptimizerRecord(index, type(optimizer).__name__, base=base)
        self._optimizers[id(optimizer)] = optimizer
        self._numbers[id(optimizer)] = index
        self.recording.optimizers.append(record)
        self._event("optimizer-built", index, place)

    def optimizer_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        index = self._numbers.get(id(optimizer))
        if index is None:
            return
        record = self.recording.optimizers[index]
        if not record.lr:
            record.lr = [[] for _ in optimizer.param_groups]
        for values, group in zip(record.lr, optimizer.param_groups, strict=True):
            values.append(float(group["lr"]))
        self._event("optimizer-step", index, _place() or Place("", 0))

    def scheduler_built(self, scheduler: Any, bound: inspect.BoundArguments) -> None:
        place = _place()
        if place is None:
            return
        explicit = frozenset(bound.arguments)
        bound.apply_defaults()
        arguments = {k: v for k, v in bound.arguments.items() if k not in ("self", "optimizer")}
        index = len(self.recording.schedulers)
        name = type(scheduler).__name__
        optimizer = self._numbers[id(scheduler.optimizer)]
        base = self.recording.optimizers[optimizer].base
        added = scheduler.optimizer.param_groups[len(base) :]
        base.extend(float(group["initial_lr"]) for group in added)
        record = SchedulerRecord(index, name, optimizer, place, arguments, explicit - {"self"})
        self._schedulers[id(scheduler)] = scheduler
        self._numbers[id(scheduler)] = index
        self.recording.schedulers.append(record)
        for child in arguments.get("schedulers", ()):
            self.recording.schedulers[self._numbers[id(child)]].parent = index
        self._event("scheduler-built", index, place)

    def scheduler_called(self, kind: str, scheduler: Any, given: bool) -> None:
        index = self._numbers.get(id(scheduler))
        place = _place()
        if index is None or place is None:
            return
        if kind == "scheduler-step":
            record = self.recording.schedulers[index]
            record.steps += 1
            record.given += given
        self._event(kind, index, place)

    def _event(self, kind: str, index: int, place: Place) -> None:
        self.recording.events.append(Event(kind, index, place))


# -- patches -------------------------------------------------------------------------------------

_current: list[Recorder] = []
"""The recorder that the patches report to (at most one)."""
_original_init = Optimizer.__init__


def _optimizer_init(self: Optimizer, *args: Any, **kwargs: Any) -> None:
    _original_init(self, *args, **kwargs)
    _current[0].optimizer_built(self)


def _nothing(*args: Any, **kwargs: Any) -> None:
    """``Tensor.backward`` of a light run."""


def _wrapped_init(cls: type) -> Callable[..., None]:
    original = cls.__init__  # type: ignore[misc]
    signature = inspect.signature(original)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if type(self) is cls:
            _current[0].scheduler_built(self, signature.bind(self, *args, **kwargs))

    return __init__


def _wrapped_call(original: Callable[..., Any], kind: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if sys._getframe(1).f_code.co_filename.startswith(ROOT):
            _current[0].scheduler_called(kind, self, bool(args or kwargs))
        return original(self, *args, **kwargs)

    return method


def _patches() -> list[tuple[type, str, Any]]:
    """Return what a recording replaces: in every scheduler class, and in the optimizers' base."""
    members: list[Any] = list(vars(lr_scheduler).values())
    classes: list[type] = [m for m in members if isinstance(m, type) and issubclass(m, LRScheduler)]
    patches: list[tuple[type, str, Any]] = [(Optimizer, "__init__", _optimizer_init)]
    for cls in dict.fromkeys([LRScheduler, *classes, SWALR]):
        names = vars(cls)
        if "__init__" in names and cls is not LRScheduler:
            patches.append((cls, "__init__", _wrapped_init(cls)))
        for method, kind in (("step", "scheduler-step"), ("get_lr", "get-lr")):
            if method in names:
                patches.append((cls, method, _wrapped_call(names[method], kind)))
    return patches


_PATCHES = _patches()
_ORIGINALS = [(owner, name, vars(owner)[name]) for owner, name, _ in _PATCHES]


@contextlib.contextmanager
def recording(*, light: bool = True) -> Iterator[Recorder]:
    """Record every optimizer and scheduler that a script builds and steps."""
    recorder = Recorder()
    backward, profile = torch.Tensor.backward, profiler.record_function
    hook = register_optimizer_step_pre_hook(recorder.optimizer_step)
    _current[:] = [recorder]
    for owner, name, value in _PATCHES:
        setattr(owner, name, value)
    if light:
        torch.Tensor.backward = _nothing  # type: ignore[method-assign]
        profiler.record_function = contextlib.nullcontext  # type: ignore[assignment,misc]
    try:
        yield recorder
    finally:
        torch.Tensor.backward = backward  # type: ignore[method-assign]
        profiler.record_function = profile  # type: ignore[misc]
        for owner, name, value in _ORIGINALS:
            setattr(owner, name, value)
        _current.clear()
        hook.remove()


# -- running -------------------------------------------------------------------------------------


class MemoryFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a project's modules from a case's texts."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.loaded: list[str] = []

    def _path(self, name: str) -> str | None:
        path = name.replace(".", "/")
        if f"{path}.py" in self.files:
            return f"{path}.py"
        return path if any(f.startswith(f"{path}/") for f in self.files) else None

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        found = self._path(name)
        if found is None:
            return None
        self.loaded.append(name)
        package = not found.endswith(".py")
        return importlib.util.spec_from_loader(name, self, origin=found, is_package=package)

    def exec_module(self, module: types.ModuleType) -> None:
        path = self._path(module.__name__)
        if path is not None and path.endswith(".py"):
            exec(compile(self.files[path], f"{ROOT}/{path}", "exec"), vars(module))


class Progress:
    """Stands in for tqdm."""

    def __init__(self, iterable: Any = (), *args: Any, **kwargs: Any) -> None:
        self.iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


def _tqdm() -> types.ModuleType:
    module = types.ModuleType("tqdm")
    module.__spec__ = importlib.machinery.ModuleSpec("tqdm", None)
    contents = {"tqdm": Progress, "trange": lambda *args, **kwargs: Progress(range(*args))}
    vars(module).update(contents)
    return module


@contextlib.contextmanager
def _interpreter(case: Case) -> Iterator[types.ModuleType]:
    """Provide argv and modules as a separate script would have them; none writes a file."""
    main = types.ModuleType("__main__")
    finder = MemoryFinder({**case.files, **case.stubs})
    saved = {name: sys.modules.get(name) for name in ("__main__", "tqdm")}
    argv, sys.argv = sys.argv, [case.entry, *case.argv]
    sys.modules.update({"__main__": main, "tqdm": _tqdm()})
    sys.meta_path.insert(0, finder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield main
        finally:
            sys.argv = argv
            sys.meta_path.remove(finder)
            for name in finder.loaded:
                sys.modules.pop(name, None)
            for name, module in saved.items():
                if module is None:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module


def run(case: Case, *, light: bool = True) -> Recording:
    """Execute the case's script and return what its optimizers and schedulers did."""
    with recording(light=light) as recorder:
        result = recorder.recording
        result.error, result.output = execute(case)
    return result


def execute(case: Case) -> tuple[BaseException | None, str]:
    """Execute the case's script; what it raised, and what it printed."""
    torch.set_num_threads(1)
    output = io.StringIO()
    raised: BaseException | None = None
    with (
        _interpreter(case) as main,
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        try:
            code = compile(case.files[case.entry], f"{ROOT}/{case.entry}", "exec")
            exec(code, vars(main))
        except SystemExit as stop:
            raised = stop if stop.code else None
        except Exception as error:
            raised = error
    return raised, output.getvalue()
