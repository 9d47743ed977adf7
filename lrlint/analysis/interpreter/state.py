"""The state of one interpretation: names, the trace, guards, loops, and what it has noted."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeGuard

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit, Project
from lrlint.analysis.interpreter.outcomes import (
    MISSING,
    BadOverride,
    BudgetExceeded,
    Frame,
    Limits,
    Try,
    Variable,
)
from lrlint.analysis.interpreter.overrides import Overrides
from lrlint.analysis.interpreter.reset_counters import Running
from lrlint.analysis.model import words
from lrlint.analysis.model.accelerator import Accelerator
from lrlint.analysis.model.computed import Counter
from lrlint.analysis.model.conditions import Condition, forget_flags
from lrlint.analysis.model.contradictions import Contradictions
from lrlint.analysis.model.guards import Known
from lrlint.analysis.model.records import OptimizerRecord, Owner
from lrlint.analysis.model.trace import Block, Break, Event, Repeat, SchedulerStep, When
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Scope,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Atom, Expr, Strength, Unit

Number = int | float


class State:
    """The state of one interpretation, and what all parts do with it."""

    project: Project
    overrides: Overrides
    limits: Limits
    unit: ModuleUnit
    """The module that is being interpreted."""
    scope: Scope
    """The names of the function, class body or module that is being interpreted."""
    statement: cst.CSTNode | None
    """The statement that is being interpreted."""
    scopes: dict[ModuleUnit, Scope]
    """The names of the modules that were interpreted."""
    foreign: dict[str, Opaque]
    """The unknowns that were imported from modules that are not read, by qualified name."""

    trace: Block
    block: Block
    """The part of the trace that is being written."""
    root: Block
    """The trace of the entry point that is being interpreted."""
    guards: list[Condition]
    """The conditions in force, the outermost first."""
    loops: list[Repeat]
    """The loops around, the outermost first."""
    changing: dict[Repeat, list[Variable]]
    """The numbers that the bodies of these loops may change."""
    past_loops: list[Repeat]
    """The loops whose bodies have been interpreted, an inner one before the one around it."""
    frames: list[Frame]
    """The calls that are being interpreted, the outermost first."""
    tries: list[Try]
    """The ``try`` statements with handlers around, the outermost first."""
    via: list[SyntaxPlace]
    """Where those calls are written."""
    contradict: Contradictions
    journal: list[tuple[Store, Hashable, AnyValue]]
    """All writes that may be undone, with the value before."""
    first_uses: list[dict[tuple[Store | ListValue, Hashable], bool]]
    """For each loop around: what its body uses, and whether it reads it before it writes it."""
    carried: frozenset[Hashable]
    """Attributes, keys and displays of lists that an earlier interpretation has found to change
    from one iteration of a loop to the next."""
    unforeseen: set[Hashable]
    """Those that this interpretation finds, although the body was interpreted without knowing."""
    left_out: bool
    """Whether a loop has left out a branch of a module that mentions schedules."""
    undecided: list[tuple[SyntaxPlace | None, str]]
    """What could not be decided, and where."""
    spent: int
    """The nodes that were interpreted."""
    allowed: int
    """The bound on ``spent`` in the call that is being interpreted."""

    classes: list[ClassValue]
    closures: list[Scope]
    """The scopes of calls whose local variables other functions may change."""
    changing_lists: list[ListValue]
    """Those that are written out where ``carried`` says that loops change them."""
    instances: list[Instance]
    dicts: list[DictValue]
    called: set[cst.CSTNode | Instance]
    """The functions that were called, and the applications of typer."""
    commands: list[tuple[cst.CSTNode | Instance, FunctionValue]]
    """The commands of click and typer, each after the group that runs it when it is called."""
    passed: list[FunctionValue | Method]
    """Functions that were arguments: they may be called later, out of sight."""
    idle: set[cst.CSTNode]
    """Functions that added nothing to the trace when they were called as unknown code may do."""
    replaced: dict[Atom, list[Condition]]
    """The conditions under which a branch puts another number in the place of a default."""
    running: dict[Expr, Running]
    """Counters that start again at a limit, by their values after their loops."""
    patched: Store
    """Attributes of libraries' modules and classes that the script sets, by qualified name."""
    prepared: list[Owner]
    """What was passed to ``accelerator.prepare``: accelerate saves and loads its state."""
    registered: list[Owner]
    """What was passed to ``accelerator.register_for_checkpointing`` besides."""
    accelerator: Accelerator | None
    """How accelerate steps what was prepared; None where its `Accelerator` is not seen."""
    synchronised: tuple[Condition, Repeat | None] | None
    """When accelerate lets prepared objects step, and the loop in which that holds."""
    without_gradients: bool
    """Whether gradients are off: ``torch.no_grad()``."""
    lr_writes: int
    """How many LRs were written into param groups."""
    lr_steps: int
    """How many steps of schedulers are in the trace so far."""

    def __init__(
        self,
        project: Project,
        unit: ModuleUnit,
        overrides: Mapping[str, object] | None = None,
        limits: Limits | None = None,
        carried: frozenset[Hashable] = frozenset(),
    ) -> None:
        self.project, self.limits = project, limits or Limits()
        self.overrides = Overrides(overrides or {})
        self.unit, self.scope, self.statement = unit, Scope(Store(), unit), None
        self.scopes = {unit: self.scope}
        self.foreign = {}
        self.block = self.trace = self.root = []
        self.guards, self.loops, self.via = [], [], []
        self.changing, self.past_loops = {}, []
        self.frames, self.tries = [Frame(None, 0, 0)], []
        forget_flags()
        self.contradict = Contradictions()
        self._known = Known(self.contradict)
        self.journal, self.undecided = [], []
        self.first_uses, self.carried, self.unforeseen = [], carried, set()
        self.left_out = False
        self.spent, self.allowed = 0, self.limits.nodes
        self.instances, self.dicts, self.called, self.commands = [], [], set(), []
        self.passed, self.prepared, self.registered = [], [], []
        self.idle = set()
        self.classes, self.closures, self.changing_lists = [], [], []
        self.accelerator, self.synchronised = None, None
        self.without_gradients = False
        self.replaced, self.lr_writes, self.lr_steps = {}, 0, 0
        self.running = {}
        self._keys = itertools.count()
        self.patched = Store()
        self._adopted: dict[Opaque, OptimizerRecord] = {}

    # -- the trace, the journal, the budget -----------------------------------------------------

    def fresh_key(self) -> int:
        """Return a number that it has not returned before."""
        return next(self._keys)

    def here(self, node: cst.CSTNode) -> SyntaxPlace:
        """Return the place of a node in the module that is being interpreted."""
        return SyntaxPlace(self.unit, node, self.statement)

    def where(self, node: cst.CSTNode) -> tuple[SyntaxPlace, tuple[SyntaxPlace, ...]]:
        """Return the place of a node and the calls that lead there, as an event has them."""
        return self.here(node), tuple(self.via)

    def spend(self) -> None:
        """Count one node; raise :class:`BudgetExceeded` where that is one too many."""
        self.spent += 1
        if self.spent > self.allowed:
            raise BudgetExceeded

    @property
    def loop(self) -> Repeat | None:
        """The innermost loop whose body is interpreted once for all iterations."""
        return self.loops[-1] if self.loops else None

    def emit(self, node: Event | Break) -> None:
        """Append an event or a break to the trace."""
        self.block.append(node)
        self.lr_steps += isinstance(node, SchedulerStep)

    def leave_loops(self, levels: int) -> None:
        """Append a break to the trace, with what the loops that it leaves have changed."""
        left = [
            (variable.atom, variable.after)
            for repeat in self.loops[-levels:]
            for variable in self.changing.get(repeat, ())
            if variable.after is not None
        ]
        self.emit(Break(levels, tuple(left)))

    def note(self, place: SyntaxPlace | None, text: str) -> None:
        """Note what could not be decided, for ``--verbose``."""
        self.undecided.append((place, text))

    def read(self, store: Store | ListValue, key: Hashable) -> None:
        """Note that an entry is read, or a list: the iteration before may have written it."""
        for uses in self.first_uses:
            uses.setdefault((store, key), True)

    def may_be_set(self, key: Hashable) -> bool:
        """Whether an earlier iteration of a loop may have set an attribute or key."""
        return bool(self.loops) and key in self.carried

    def write(self, store: Store, key: Hashable, value: AnyValue, *, wholly: bool = True) -> None:
        """Set an entry of a store, or delete it; the journal can undo that.

        ``wholly`` is False for a value that is the one before where a branch has not run.
        """
        if wholly:
            for uses in self.first_uses:
                uses.setdefault((store, key), False)
        self.journal.append((store, key, store.data.get(key, MISSING)))
        if value is MISSING:
            store.data.pop(key, None)
        else:
            store.data[key] = value

    def override(self, name: str) -> object | None:
        """Return the value that the user has set a name to, or None."""
        return self.overrides.get(name)

    def named_number(
        self,
        name: str,
        value: Number | None,
        strength: Strength,
        unit: Unit | None = None,
    ) -> Expr:
        """Return an atom for a number that has a name; the user may set it to another value."""
        unit = unit or words.unit_of(name)
        chosen = self.override(name)
        if is_number(chosen):
            value = chosen
            strength = min(strength, Strength.DEFAULT)
        elif chosen is not None:
            raise BadOverride(f"{name} is a number, not {chosen!r}")
        whole = not isinstance(value, float) if value is not None else unit is not None
        if value is None:
            lower: Number | None = 1 if unit is not None and not words.may_be_zero(name) else 0
        elif value < 0:
            lower = None
        else:
            # Another count that the user sets is not smaller than 1, or than the default of 0.
            lower = min(1, value) if strength is Strength.DEFAULT and whole else 0
        atom = Atom(name, self.fresh_key(), unit, strength, value, lower, whole)
        return Expr.atom(atom)

    def index_atom(self, name: str) -> Atom:
        """Return a new index of a loop, which counts from 0."""
        return Atom(name=name, key=Counter(self.fresh_key()), lower=0)

    # -- guards ---------------------------------------------------------------------------------

    def assumed(self, condition: Condition) -> bool | None:
        """Return whether the condition holds; None where the guards in force do not decide it."""
        return self._known.settles(condition)

    @contextmanager
    def guard(self, condition: Condition, node: cst.CSTNode) -> Iterator[None]:
        """Put what the ``with`` block adds to the trace under a condition."""
        when = When(condition, self.here(node), [])
        outer = self.block
        outer.append(when)
        self.block = when.body
        self.guards.append(condition)
        self._known.push(condition)
        try:
            yield
        finally:
            self.guards.pop()
            self._known.pop()
            self.block = outer
            if not when.body:
                outer.remove(when)

    @contextmanager
    def inside(self, repeat: Repeat) -> Iterator[None]:
        """Append a loop to the trace, and put what the ``with`` block adds into its body."""
        outer = self.block
        outer.append(repeat)
        self.block = repeat.body
        self.loops.append(repeat)
        try:
            yield
        finally:
            self.loops.pop()
            self.block = outer

    def held_back(self, owner: Owner, node: cst.CSTNode) -> AbstractContextManager[None]:
        """Put a step of a prepared object under the condition that accelerate lets it run."""
        if self.synchronised is None or owner not in self.prepared:
            return nullcontext()
        condition, loop = self.synchronised
        if loop is not None and loop not in self.loops:
            return nullcontext()  # the last batch of a loader has synchronised the gradients
        return self.guard(condition, node)

    @contextmanager
    def through(self, node: cst.CSTNode) -> Iterator[None]:
        """Note the call that leads to what the ``with`` block interprets."""
        self.via.append(self.here(node))
        try:
            yield
        finally:
            self.via.pop()

    @contextmanager
    def forgotten(self) -> Iterator[Block]:
        """Leave what the ``with`` block interprets out of the trace; yield its events."""
        outer, self.block = self.block, []
        try:
            yield self.block
        finally:
            self.block = outer

    @contextmanager
    def calling(self, function: cst.CSTNode | None) -> Iterator[Frame]:
        """Interpret the body of a function in the ``with`` block; yield the frame of the call."""
        frame = Frame(function, len(self.guards), len(self.loops))
        self.frames.append(frame)
        try:
            yield frame
        finally:
            self.frames.pop()

    # -- optimizers that were not seen to be built ----------------------------------------------

    def adopt(self, value: Opaque) -> OptimizerRecord:
        """Return the optimizer that an unknown value must be, because it is used as one."""
        record = self._adopted.get(value)
        if record is None:
            record = OptimizerRecord(
                class_name="Optimizer",
                place=self.here(self.statement if self.statement is not None else self.unit.tree),
                groups=({},),
                group_places=(None,),
                defaults={},
                variable=value.path,
                escapes="built by code that was not read",
                unknown_groups=True,
            )
            self._adopted[value] = record
        return record

    def adopted(self, value: Opaque) -> OptimizerRecord | None:
        """Return the optimizer that an unknown value is, by its use or its name; None elsewhere."""
        record = self._adopted.get(value)
        if record is None and value.path is not None and "optim" in value.path.lower():
            return self.adopt(value)
        return record

    # -- modules --------------------------------------------------------------------------------

    @contextmanager
    def elsewhere(self, unit: ModuleUnit, scope: Scope) -> Iterator[None]:
        """Interpret in another scope in the ``with`` block."""
        before = self.unit, self.scope, self.statement
        self.unit, self.scope, self.statement = unit, scope, None
        try:
            yield
        finally:
            self.unit, self.scope, self.statement = before


def is_number(value: object) -> TypeGuard[Number]:
    """Whether a value that the user has set is a number, and not a bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
