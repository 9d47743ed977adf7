"""The abstract interpreter: state, blocks and statements.

It walks the training skeleton once. Expressions are in ``expressions``, calls in ``calls``, loops
in ``loops``, the joining of branches in ``branches``, what libraries do in ``library/``. Every
walk is bounded: by a budget of evaluated nodes and by the depth of calls.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from lrlint.analysis import (
    attributes,
    binding,
    branches,
    budget,
    contexts,
    expressions,
    imports,
    loops,
    naming,
)
from lrlint.analysis.checkpoints import Owner
from lrlint.analysis.conditions import Condition, negate
from lrlint.analysis.contradictions import Contradictions
from lrlint.analysis.guards import Known
from lrlint.analysis.modules import ModuleUnit, Project
from lrlint.analysis.places import SyntaxPlace
from lrlint.analysis.state import (
    CONTINUE,
    ENDS,
    GOES_ON,
    MISSING,
    RAISE,
    UNCOMPUTABLE,
    BadOverride,
    BudgetExceeded,
    Frame,
    Limits,
    Outcome,
)
from lrlint.analysis.trace import Block, Break, Event, OptimizerRecord, Repeat, When
from lrlint.analysis.values import (
    AnyValue,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    Method,
    Opaque,
    Scope,
    Store,
)
from lrlint.symbolic import Atom, Expr, Strength, Unit
from lrlint.syntax import nodes as syn

Number = int | float


class Interpreter:
    """Interprets one entry point of a script and records its trace."""

    def __init__(
        self,
        project: Project,
        unit: ModuleUnit,
        overrides: Mapping[str, object] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.project = project
        self.unit = unit
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
        self.statement: syn.Node | None = None
        self.journal: list[tuple[Store, Hashable, AnyValue]] = []
        self.instances: list[Instance] = []
        self.dicts: list[DictValue] = []
        self.called: set[syn.Node] = set()
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

    def here(self, node: syn.Node) -> SyntaxPlace:
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
        unit = unit or naming.unit_of(name)
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
            lower = 1 if unit is not None and not naming.may_be_zero(name) else 0
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
    def guard(self, condition: Condition, node: syn.Node) -> Iterator[None]:
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
    def through(self, node: syn.Node) -> Iterator[None]:
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

    # -- modules --------------------------------------------------------------------------------

    def scope_of(self, unit: ModuleUnit) -> Scope:
        """The names of a module of the project, which is run first where that has not happened."""
        scope = self.scopes.get(unit)
        if scope is None:
            scope = self.scopes[unit] = Scope(Store(), unit)
            binding.bind_builtin_names(self, scope)
            budget.import_module(self, unit, scope)
        return scope

    @contextmanager
    def elsewhere(self, unit: ModuleUnit, scope: Scope) -> Iterator[None]:
        """Interpret in another scope for a while."""
        before = self.unit, self.scope, self.statement
        self.unit, self.scope, self.statement = unit, scope, None
        try:
            yield
        finally:
            self.unit, self.scope, self.statement = before

    # -- statements -----------------------------------------------------------------------------

    def run_block(self, statements: Sequence[syn.Node]) -> Outcome:
        """Interpret statements one after the other."""
        for position, statement in enumerate(statements):
            outcome = self.run(statement)
            if outcome.ends:
                return outcome
            if outcome.escaped is not None:
                return self._run_rest(statement, statements[position + 1 :], outcome)
        return GOES_ON

    def _run_rest(self, node: syn.Node, rest: Sequence[syn.Node], outcome: Outcome) -> Outcome:
        """What follows a conditional ``return`` or ``continue`` runs where it was not taken."""
        escaped = outcome.escaped
        assert escaped is not None
        stays = negate(escaped)
        before = len(self.journal)
        with self.guard(stays, node):
            inner = self.run_block(rest)
        changed = branches.take_back(self, before)
        branches.join_changes(
            self,
            stays,
            changed,
            {},
            skip=self.scope.store if outcome.leaves_function else None,
        )
        if inner.ends:
            return ENDS
        return Outcome(
            escaped=escaped if inner.escaped is None else branches.either(escaped, inner.escaped),
            leaves_function=outcome.leaves_function,
        )

    def run(self, node: syn.Node) -> Outcome:
        """Interpret one statement."""
        self.spend()
        handler = _STATEMENTS.get(type(node))
        if handler is None:
            return GOES_ON
        outer = self.statement
        self.statement = node
        try:
            return handler(self, node)
        except RecursionError:
            self.note(self.here(node), "nested too deeply to follow")
            return GOES_ON
        except UNCOMPUTABLE:
            self.note(self.here(node), "a number that cannot be computed")
            return GOES_ON
        finally:
            self.statement = outer

    def evaluate(self, node: syn.Node) -> AnyValue:
        """The value of an expression."""
        return expressions.evaluate(self, node)


# -- statement handlers ---------------------------------------------------------------------------


def _simple_line(at: Interpreter, node: syn.SimpleStatementLine) -> Outcome:
    for part in node.body:
        handler = _STATEMENTS.get(type(part))
        if handler is not None:
            outcome = handler(at, part)
            if outcome.ends:
                return outcome
    return GOES_ON


def _expression(at: Interpreter, node: syn.Expr) -> Outcome:
    value = at.evaluate(node.value)
    return ENDS if isinstance(value, Const) and value.value is SystemExit else GOES_ON


def _assign(at: Interpreter, node: syn.Assign) -> Outcome:
    value = at.evaluate(node.value)
    for target in node.targets:
        binding.assign(at, target.target, value, node.value)
    return GOES_ON


def _annotated(at: Interpreter, node: syn.AnnAssign) -> Outcome:
    if node.value is not None:
        binding.assign(at, node.target, at.evaluate(node.value), node.value)
    return GOES_ON


def _augmented(at: Interpreter, node: syn.AugAssign) -> Outcome:
    old = at.evaluate(node.target)
    new = expressions.augmented(at, node, old, at.evaluate(node.value))
    binding.assign(at, node.target, new, node.value, rename=False)
    return GOES_ON


def _if(at: Interpreter, node: syn.If) -> Outcome:
    return branches.run_if(at, node)


def _for(at: Interpreter, node: syn.For) -> Outcome:
    return loops.run_for(at, node)


def _while(at: Interpreter, node: syn.While) -> Outcome:
    return loops.run_while(at, node)


def _function(at: Interpreter, node: syn.FunctionDef) -> Outcome:
    binding.define_function(at, node)
    return GOES_ON


def _class(at: Interpreter, node: syn.ClassDef) -> Outcome:
    binding.define_class(at, node)
    return GOES_ON


def _return(at: Interpreter, node: syn.Return) -> Outcome:
    value: AnyValue = Const(None) if node.value is None else at.evaluate(node.value)
    frame = at.frames[-1]
    frame.returns.append((at.guards[frame.guards :], value))
    levels = len(at.loops) - frame.loops
    if levels:
        at.emit(Break(levels))
    return Outcome(ends=True, leaves_function=True)


def _break(at: Interpreter, node: syn.Break) -> Outcome:
    if at.loops:
        at.emit(Break(1))
    return ENDS


def _continue(at: Interpreter, node: syn.Continue) -> Outcome:
    return Outcome(ends=True, escaped=CONTINUE)


def _raise(at: Interpreter, node: syn.Raise) -> Outcome:
    return Outcome(ends=True, escaped=RAISE)


def _delete(at: Interpreter, node: syn.Del) -> Outcome:
    match node.target:
        case syn.Subscript(value=syn.Attribute(attr=syn.Name(value="param_groups")) as groups):
            attributes.remove_group(at, at.evaluate(groups), node)
        case syn.Subscript(value=owner):
            attributes.forget_keys(at.evaluate(owner))
    return GOES_ON


def _with(at: Interpreter, node: syn.With) -> Outcome:
    before = at.without_gradients
    managers: list[AnyValue] = []
    for item in node.items:
        value = at.evaluate(item.item)
        managers.append(value)
        entered = contexts.entered(at, value)
        if contexts.stops_gradients(value):
            at.without_gradients = True
        if item.asname is not None:
            binding.assign(at, item.asname.name, entered, item.item)
    try:
        with contexts.conditions(at, managers, node):
            outcome = at.run_block(node.body.body)
    finally:
        at.without_gradients = before
    for value in reversed(managers):
        contexts.left(at, value)
    return outcome


def _try(at: Interpreter, node: syn.Try) -> Outcome:
    outcome = at.run_block(node.body.body)
    for handler in node.handlers:
        branches.run_unlikely(at, handler, handler.body.body)
    if node.orelse is not None and not outcome.ends:
        outcome = at.run_block(node.orelse.body.body)
    if node.finalbody is not None:
        at.run_block(node.finalbody.body.body)
    return outcome


def _import(at: Interpreter, node: syn.Import | syn.ImportFrom) -> Outcome:
    imports.bind_import(at, node)
    return GOES_ON


def _global(at: Interpreter, node: syn.Global) -> Outcome:
    at.scope.globals_.update(name.value for name in node.names)
    return GOES_ON


def _nonlocal(at: Interpreter, node: syn.Nonlocal) -> Outcome:
    at.scope.nonlocals.update(name.value for name in node.names)
    return GOES_ON


def _match(at: Interpreter, node: syn.Match) -> Outcome:
    return branches.run_match(at, node)


_STATEMENTS: dict[type[syn.Node], Callable[..., Outcome]] = {
    syn.SimpleStatementLine: _simple_line,
    syn.Expr: _expression,
    syn.Assign: _assign,
    syn.AnnAssign: _annotated,
    syn.AugAssign: _augmented,
    syn.If: _if,
    syn.For: _for,
    syn.While: _while,
    syn.FunctionDef: _function,
    syn.ClassDef: _class,
    syn.Return: _return,
    syn.Break: _break,
    syn.Continue: _continue,
    syn.Raise: _raise,
    syn.Del: _delete,
    syn.With: _with,
    syn.Try: _try,
    syn.Import: _import,
    syn.ImportFrom: _import,
    syn.Global: _global,
    syn.Nonlocal: _nonlocal,
    syn.Match: _match,
}


def normal_name(name: str) -> str:
    """A name as ``--set`` compares it: quotes and spaces do not matter."""
    return name.replace("'", '"').replace(" ", "")
