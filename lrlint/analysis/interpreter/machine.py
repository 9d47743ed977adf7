"""The abstract interpreter: state, blocks and statements.

It walks the training skeleton once. Expressions are in ``expressions``, calls in ``calls``, loops
in ``loops``, the joining of branches in ``branches``, what libraries do in ``library/``. Every
walk is bounded: by a budget of evaluated nodes and by the depth of calls.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit, Project
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.outcomes import (
    MISSING,
    BadOverride,
    BudgetExceeded,
    Frame,
    Limits,
    Outcome,
)
from lrlint.analysis.model import words
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.contradictions import Contradictions
from lrlint.analysis.model.guards import Known
from lrlint.analysis.model.trace import Block, Break, Event, Repeat, When
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    Method,
    Opaque,
    OptimizerRecord,
    Owner,
    Scope,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Atom, Expr, Strength, Unit

Number = int | float


class Library(ABC):
    """What is known of code outside of the project: libraries and Python's own functions.

    Methods that return ``AnyValue | None`` return None where nothing is known.
    """

    @abstractmethod
    def call(self, machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue:
        """Return the value of calling a library's function or class by its qualified name."""

    @abstractmethod
    def call_unevaluated(self, machine: Machine, name: str, node: cst.Call) -> AnyValue | None:
        """Do the same for a function whose arguments are not all to be evaluated."""

    @abstractmethod
    def call_by_last_name(
        self, machine: Machine, path: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        """Do the same by the last name alone: ``accelerator.prepare(…)`` of any accelerator."""

    @abstractmethod
    def call_method(
        self, machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        """Return the value of a method of an object of a library."""

    @abstractmethod
    def member(self, value: AnyValue, name: str) -> AnyValue | None:
        """Return an attribute of an object of a library."""

    @abstractmethod
    def divide(self, left: AnyValue, right: AnyValue) -> AnyValue | None:
        """Return ``left / right`` where the left is an object of a library."""

    @abstractmethod
    def decorate(
        self,
        machine: Machine,
        value: AnyValue,
        decorator: cst.BaseExpression,
        node: cst.FunctionDef,
    ) -> AnyValue:
        """Return a function as its decorator leaves it."""

    @abstractmethod
    def construct(
        self, machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        """Return an object of a class of the project that derives from a library's."""


class Machine(ABC):
    """The state of one interpretation, the services on it, and the doors to its parts.

    The parts of the interpreter (expressions, calls, loops…) need each other: evaluating calls
    functions, whose bodies are evaluated. They know only this class; `Interpreter` fills the doors.
    """

    def __init__(
        self,
        project: Project,
        unit: ModuleUnit,
        library: Library,
        overrides: Mapping[str, object] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.project = project
        self.unit = unit
        self.library = library
        self.overrides = {normal_name(key): value for key, value in (overrides or {}).items()}
        self._used_overrides: set[str] = set()
        self.limits = limits or Limits()
        self.trace: Block = []
        self.block: Block = self.trace
        self.guards: list[Condition] = []
        self.contradict = Contradictions()
        self._known = Known(self.contradict)
        self.loops: list[Repeat] = []
        self.frames: list[Frame] = [Frame(None, 0, 0)]
        self.via: list[SyntaxPlace] = []
        self.scope = Scope(Store(), unit)
        self.scopes: dict[ModuleUnit, Scope] = {unit: self.scope}
        self.statement: cst.CSTNode | None = None
        self.journal: list[tuple[Store, Hashable, AnyValue]] = []
        self.instances: list[Instance] = []
        self.dicts: list[DictValue] = []
        self.called: set[cst.CSTNode] = set()
        self.handed: list[FunctionValue | Method] = []
        """Functions that others were handed, who may call them or keep them to be called later."""
        self.prepared: list[Owner] = []
        """What accelerate has been handed, whose states it saves and loads."""
        self.accumulates = True
        """Whether it may hold back optimizers, as far as its construction tells."""
        self.undecided: list[tuple[SyntaxPlace | None, str]] = []
        self.without_gradients = False
        self.spent = 0
        self.allowed = self.limits.nodes
        """What may be spent in all, by the call that is being followed."""
        self._keys = itertools.count()
        self.foreign: dict[str, Opaque] = {}
        self._adopted: dict[int, OptimizerRecord] = {}
        # Keeps adopted values alive, so that no other value gets the same id.
        self._kept: list[Opaque] = []

    # -- small services -------------------------------------------------------------------------

    def fresh_key(self) -> int:
        """A key that no atom has yet."""
        return next(self._keys)

    def here(self, node: cst.CSTNode) -> SyntaxPlace:
        """The place of ``node`` in the module that is being interpreted."""
        return SyntaxPlace(self.unit, node, self.statement)

    def spend(self) -> None:
        """Account for one node; raises :class:`BudgetExceeded` when there is none left."""
        self.spent += 1
        if self.spent > self.allowed:
            raise BudgetExceeded

    @property
    def loop(self) -> Repeat | None:
        """The innermost loop whose body is walked once for all its iterations."""
        return self.loops[-1] if self.loops else None

    def emit(self, node: Event | Break) -> None:
        """Append to the trace."""
        self.block.append(node)

    def note(self, place: SyntaxPlace | None, text: str) -> None:
        """Remember what could not be decided, for ``--verbose``."""
        self.undecided.append((place, text))

    def write(self, store: Store, key: Hashable, value: AnyValue) -> None:
        """Set an entry of a store; branches can take it back."""
        self.journal.append((store, key, store.data.get(key, MISSING)))
        if value is MISSING:
            store.data.pop(key, None)
        else:
            store.data[key] = value

    def override(self, name: str) -> object | None:
        """What the user set this name to, or None."""
        if not self.overrides:
            return None
        name = normal_name(name)
        if name in self.overrides:
            self._used_overrides.add(name)
        return self.overrides.get(name)

    def unused_overrides(self) -> set[str]:
        """The names that were set and that nothing asked for."""
        return self.overrides.keys() - self._used_overrides

    def named_number(
        self,
        name: str,
        value: Number | None,
        strength: Strength,
        key: Hashable = None,
        unit: Unit | None = None,
    ) -> Expr:
        """An atom for a number that the user has a name for."""
        unit = unit or words.unit_of(name)
        chosen = self.override(name)
        if isinstance(chosen, (int, float)) and not isinstance(chosen, bool):
            value = chosen
            strength = min(strength, Strength.DEFAULT)
        elif chosen is not None:
            raise BadOverride(f"{name} is a number, not {chosen!r}")
        whole = not isinstance(value, float) if value is not None else unit is not None
        if value is not None:
            lower: Number | None = min(1, value) if strength is Strength.DEFAULT and whole else 0
            if value < 0:
                lower = None
        else:
            lower = 1 if unit is not None and not words.may_be_zero(name) else 0
        return Expr.atom(
            Atom(
                name=name,
                key=self.fresh_key() if key is None else key,
                unit=unit,
                strength=strength,
                value=value,
                lower=lower,
                integer=whole,
            )
        )

    def index_atom(self, name: str) -> Atom:
        """A fresh loop index, counting from 0."""
        return Atom(name=name, key=("index", self.fresh_key()), lower=0)

    # -- guards ---------------------------------------------------------------------------------

    def assumed(self, condition: Condition) -> bool | None:
        """Whether the guards in force already settle ``condition``."""
        return self._known.settles(condition)

    @contextmanager
    def guard(self, condition: Condition, node: cst.CSTNode) -> Iterator[None]:
        """What happens inside happens where ``condition`` holds."""
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
    def through(self, node: cst.CSTNode) -> Iterator[None]:
        """What happens inside happens through the call at ``node``."""
        self.via.append(self.here(node))
        try:
            yield
        finally:
            self.via.pop()

    # -- optimizers that come from outside ------------------------------------------------------

    def adopt(self, value: Opaque) -> OptimizerRecord:
        """Take an unknown value as an optimizer, for that is how it is used."""
        record = self._adopted.get(id(value))
        if record is None:
            record = OptimizerRecord(
                class_name="Optimizer",
                place=self.here(self.statement if self.statement is not None else self.unit.tree),
                groups=({},),
                group_places=(None,),
                defaults={},
                variable=value.path,
                escapes="built elsewhere",
                unknown_groups=True,
            )
            self._adopted[id(value)] = record
            self._kept.append(value)
        return record

    def adopted(self, value: Opaque) -> OptimizerRecord | None:
        """The optimizer that an unknown value has been taken for, or None."""
        record = self._adopted.get(id(value))
        if record is None and value.path is not None and "optim" in value.path.lower():
            return self.adopt(value)
        return record

    # -- doors ----------------------------------------------------------------------------------

    @abstractmethod
    def evaluate(self, node: cst.CSTNode) -> AnyValue:
        """Return the value of an expression."""

    @abstractmethod
    def truth(self, node: cst.CSTNode) -> bool | Condition:
        """Return whether an expression is true, or the condition under which it is."""

    @abstractmethod
    def run(self, node: cst.CSTNode) -> Outcome:
        """Interpret one statement."""

    @abstractmethod
    def run_block(self, statements: Sequence[cst.CSTNode]) -> Outcome:
        """Interpret statements one after the other."""

    @abstractmethod
    def call(self, function: AnyValue, arguments: Arguments, node: cst.Call) -> AnyValue:
        """Call a value."""

    @abstractmethod
    def call_function(self, function: FunctionValue, arguments: Arguments) -> AnyValue:
        """Interpret the body of a function of the project with its arguments bound."""

    @abstractmethod
    def call_method(
        self, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue:
        """Return the value of ``receiver.name(…)``."""

    @abstractmethod
    def get_attribute(self, owner: AnyValue, name: str) -> AnyValue:
        """Return the value of ``owner.name``."""

    @abstractmethod
    def find_method(self, owner: Instance, name: str) -> AnyValue | None:
        """Return an attribute that the class of an object gives it; methods come bound."""

    @abstractmethod
    def scope_of(self, unit: ModuleUnit) -> Scope:
        """Return the names of a module of the project; run it first where that is due."""

    # -- modules --------------------------------------------------------------------------------

    @contextmanager
    def elsewhere(self, unit: ModuleUnit, scope: Scope) -> Iterator[None]:
        """Interpret in another scope for a while."""
        before = self.unit, self.scope, self.statement
        self.unit, self.scope, self.statement = unit, scope, None
        try:
            yield
        finally:
            self.unit, self.scope, self.statement = before


def normal_name(name: str) -> str:
    """A name as ``--set`` compares it: quotes and spaces do not matter."""
    return name.replace("'", '"').replace(" ", "")
