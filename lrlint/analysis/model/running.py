"""Running a trace: its loops, conditions and breaks, compiled to closures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from lrlint.analysis.model.compiling import NotComputable, compile_condition, compile_number
from lrlint.analysis.model.computed import all_atoms
from lrlint.analysis.model.condition_queries import (
    depends_on_loop,
    is_loop_atom,
    is_measured,
    text_of,
)
from lrlint.analysis.model.conditions import Any as AnyOf
from lrlint.analysis.model.conditions import Condition, all_of, any_of, flatten
from lrlint.analysis.model.contradictions import exclude
from lrlint.analysis.model.trace import (
    Block,
    Break,
    Event,
    Left,
    Node,
    Repeat,
    When,
    has_break,
    nodes_of,
    walk,
)
from lrlint.analysis.model.trace_numbers import iterations, measured_counters, read_by, wanted
from lrlint.analysis.model.words import unknown_trips
from lrlint.symbolic import Atom, Expr, Strength

_Computed = TypeVar("_Computed", bound=Expr | Condition)
_Result = TypeVar("_Result")
Indices = list[int | float]
Runner = Callable[[Indices], int | None]
"""Runs a piece of the trace; the result is how many loops are to be left, if any."""

TOO_LONG: Final = "a training of fewer steps"
"""What has to be known where a training is too long to be run, or has no end."""
HOPELESS: Final = 20_000
"""Iterations that are run of loops that have too many: the script may crash in one of them."""


class TraceCompiler(ABC):
    """Compiles a trace to a function that runs it; what must be known first is ``unresolved``."""

    def __init__(
        self, trace: Block, assumed: Sequence[Condition], unresolved: list[str], most: int
    ) -> None:
        """Take the conditions that hold, and the most iterations of all loops together."""
        self._trace = trace
        self._assumed = assumed
        self._unresolved = unresolved
        self._left = most
        records = [node.loop for node in nodes_of(trace) if isinstance(node, Repeat)]
        self._indices = {record.index for record in records}
        self._measured = measured_counters(records)
        self._wanted = wanted(trace) - self._measured
        self._after_loops = {item.atom for record in records for item in record.left}
        self._after_loops -= self._measured
        self._read_later: frozenset[Atom] = frozenset()
        """The indices of loops whose last iteration is asked for after them, among other atoms."""
        self._last: dict[Atom, int | float] = {}
        """The last iteration of each loop that has run, and the numbers that loops have left."""
        self._at_break: dict[Atom, int | float] = {}
        self._ends: list[bool] = []
        """Whether a ``break`` leaves it, for each loop that is being compiled."""
        self.by_defaults = False
        """Whether defaults of the script decide how often something runs."""
        self.left_out = False
        """Whether an early stop on a measured value is left out."""

    def program(self) -> Runner:
        """Return what runs the trace; names to be known first become ``unresolved``."""
        self._read_later = frozenset(self._read_outside(self._trace, frozenset()))
        return self._block(self._trace, ())

    # -- what a subclass decides

    @abstractmethod
    def _concerns(self, event: Event) -> bool:
        """Whether an event does something that counts here."""

    @abstractmethod
    def _event(self, event: Event, indices: tuple[Atom, ...]) -> Runner | None:
        """Return what runs an event of concern."""

    def _may_be_left_out(self, event: Event) -> bool:
        """Whether an event of concern is left out where its condition is not known."""
        return False

    # -- loops and conditions

    def _block(self, block: Block, indices: tuple[Atom, ...]) -> Runner:
        parts = [part for node in block if (part := self._node(node, indices)) is not None]
        if not parts:
            return _nothing
        if len(parts) == 1:
            return parts[0]

        def run(stack: Indices) -> int | None:
            for part in parts:
                leave = part(stack)
                if leave:
                    return leave
            return None

        return run

    def _node(self, node: Node, indices: tuple[Atom, ...]) -> Runner | None:
        match node:
            case Repeat():
                return self._repeat(node, indices)
            case When():
                return self._when(node, indices)
            case Break():
                return self._break(node, indices)
            case Event() if self._concerns(node):
                return self._event(node, indices)
        return None

    def _matters(self, block: Block) -> bool:
        return any(self._concerns(item.event) for item in walk(block)) or any(
            isinstance(node, Repeat) and self._leaves(node) for node in nodes_of(block)
        )

    def _read_outside(self, block: Block, around: frozenset[Atom]) -> Iterator[Atom]:
        """Yield what decides how a block goes on, without the indices of the loops around it."""
        for node in block:
            match node:
                case When(body=body) if not (self._matters(body) or has_break(body)):
                    continue
                case When(body=body):
                    yield from self._read_outside(body, around)
                case Repeat(loop=loop, body=body):
                    yield from all_atoms(*(item.before for item in loop.carried)) - around
                    yield from self._read_outside(body, around | {loop.index})
            yield from read_by(node) - around

    def _leaves(self, node: Repeat) -> list[Left]:
        """Return the numbers of a loop that are used after it."""
        return [item for item in node.loop.left if item.atom in self._wanted]

    def _repeat(self, node: Repeat, indices: tuple[Atom, ...]) -> Runner | None:
        """Compile a loop; None where nothing in it matters, or how often it runs is not known."""
        left = self._leaves(node)
        read_later = node.loop.index in self._read_later
        matters = bool(left) or read_later or self._matters(node.body)
        if not matters and not has_break([node]):
            return None
        index = node.loop.index
        carried = [item for item in node.loop.carried if item.atom in self._wanted]
        inside = (*indices, index, *(item.atom for item in carried))
        self._ends.append(False)
        body = self._block(node.body, inside)
        ends = self._ends.pop()
        if not matters and body is _nothing:
            return None  # nothing is seen to leave the loops around it
        count = self._trips(node, indices, ends=ends)
        if count is None:
            return None
        try:
            before = [self._number(item.before, indices) for item in carried]
            after = [self._number(item.after, inside) for item in carried]
            first = {item.atom: self._number(item.before, indices) for item in left}
            last = {item.atom: self._number(item.after, inside) for item in left}
        except NotComputable as missing:
            self._unresolved.append(str(missing))
            return None
        depth, size = len(indices), len(inside)
        breaks = has_break(node.body)
        inside_each = 1 + iterations(node.body)

        def run(stack: Indices) -> int | None:
            trips = int(count(*stack))
            if trips * inside_each > self._left and not breaks:
                self._left = min(self._left, HOPELESS)
            for atom, compute in first.items():
                self._last[atom] = compute(*stack)
            stack += [0, *(compute(*stack) for compute in before)]
            try:
                for iteration in range(trips):
                    self._left -= 1
                    if self._left < 0:
                        raise NotComputable(TOO_LONG)
                    stack[depth] = self._last[index] = iteration
                    leave = body(stack)
                    if leave:
                        self._keep(left)
                        return leave - 1
                    if last and iteration == trips - 1:
                        self._last |= {atom: compute(*stack) for atom, compute in last.items()}
                    if after:
                        stack[depth + 1 : size] = [compute(*stack) for compute in after]
            finally:
                del stack[depth:]
            return None

        return run

    def _break(self, node: Break, indices: tuple[Atom, ...]) -> Runner | None:
        levels = node.levels
        if self._ends:
            self._ends[-min(levels, len(self._ends))] = True
        try:
            numbers = {
                atom: self._number(number, indices)
                for atom, number in node.left
                if atom in self._wanted
            }
        except NotComputable as missing:
            self._unresolved.append(str(missing))
            return None
        if not numbers:
            return lambda stack: levels

        def leave(stack: Indices) -> int:
            self._at_break = {atom: compute(*stack) for atom, compute in numbers.items()}
            return levels

        return leave

    def _keep(self, left: Sequence[Left]) -> None:
        """Give the numbers of a loop the values that they have at a break."""
        for item in left:
            if item.variable in self._at_break:
                self._last[item.atom] = self._at_break[item.variable]
            else:
                self._last.pop(item.atom)

    def _number(self, number: Expr, indices: tuple[Atom, ...]) -> Callable[..., int | float]:
        """Return a number as a function of the indices of the loops around it."""
        return self._compiled(compile_number, number, indices)

    def _test(self, condition: Condition, indices: tuple[Atom, ...]) -> Callable[..., bool]:
        """Return the condition as a function of the indices of the loops around it."""
        return self._compiled(compile_condition, condition, indices)

    def _compiled(
        self,
        compile_: Callable[[_Computed, tuple[Atom, ...]], Callable[..., _Result]],
        computed: _Computed,
        indices: tuple[Atom, ...],
    ) -> Callable[..., _Result]:
        outside = self._outside(computed, indices)
        compute = compile_(computed, (*indices, *outside))
        if not outside:
            return compute
        return lambda *stack: compute(*stack, *map(self._value_of, outside))

    def _outside(self, number: Expr | Condition, indices: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """Return what a number depends on of loops that are not around it."""
        return tuple((all_atoms(number) & (self._indices | self._after_loops)) - set(indices))

    def _value_of(self, atom: Atom) -> int | float:
        if atom in self._indices:
            return self._last.get(atom, -1)
        if atom not in self._last:
            raise NotComputable(atom.name)
        return self._last[atom]

    def _trips(
        self, node: Repeat, indices: tuple[Atom, ...], *, ends: bool
    ) -> Callable[..., Any] | None:
        """Return how often a loop runs, as a function of the indices of the loops around it.

        ``ends``: a ``break`` ends a loop whose trips are not known.
        """
        loop = node.loop
        if loop.trips is None:
            # What a `for` loop visits may be used up before the break.
            if ends and (loop.unbounded or not loop.drains):
                endless = self._left + 1
                return lambda *_: endless
            self._unresolved.append(unknown_trips(loop.over))
            return None
        self.by_defaults |= not _is_sure(loop.trips.atoms())
        try:
            return self._number(loop.trips, indices)
        except NotComputable as missing:
            self._unresolved.append(str(missing))
            return None

    def _when(self, node: When, indices: tuple[Atom, ...]) -> Runner | None:
        """Compile an ``if``; None where its body is left out."""
        conditions = [part for part in flatten(node.condition) if part not in self._assumed]
        if exclude(conditions, self._assumed):
            return None
        matters = self._matters(node.body)
        if not matters and not has_break(node.body):
            return None
        self.by_defaults |= not all(map(_is_certain, conditions))
        if any(part.lean is False for part in conditions):
            return None
        try:
            tests = [self._test(part, indices) for part in conditions]
        except NotComputable as missing:
            # An early stop on a measured value is left out: the training runs its course.
            concerned = [item.event for item in walk(node.body) if self._concerns(item.event)]
            others = all_of(*(self._measured_aside(part, indices) for part in conditions))
            if not concerned and others != all_of(*conditions):
                return self._when(When(others, node.place, node.body), indices)
            if (
                not all(map(self._may_be_left_out, concerned))
                or any(map(self._is_limit, conditions))
                or not (concerned or any(is_measured(part, self._measured) for part in conditions))
            ):
                self._note_unknown(conditions, str(missing))
            self.left_out = True
            return None
        body = self._block(node.body, indices)
        if not tests:
            return body

        def run(stack: Indices) -> int | None:
            for test in tests:
                if not test(*stack):
                    return None
            return body(stack)

        return run

    def _measured_aside(self, condition: Condition, indices: tuple[Atom, ...]) -> Condition:
        """Return ``step >= most`` of ``step >= most or loss > 1e6``."""
        parts = condition.parts if isinstance(condition, AnyOf) else ()
        known = [part for part in parts if self._is_known(part, indices)]
        others = [part for part in parts if part not in known]
        if known and all(is_measured(part, self._measured) for part in others):
            return any_of(*known)
        return condition

    def _is_known(self, condition: Condition, indices: tuple[Atom, ...]) -> bool:
        try:
            self._test(condition, indices)
        except NotComputable:
            return False
        return True

    def _is_limit(self, condition: Condition) -> bool:
        """Whether a condition compares a counter with a number that only has to be known."""
        return depends_on_loop(condition) and not is_measured(condition, self._measured)

    def _note_unknown(self, conditions: list[Condition], missing: str) -> None:
        """Note what would decide a condition: a name to set, or the condition itself."""
        names = {atom.name for part in conditions for atom in part.atoms() if atom.value is None}
        undecided = [part for part in conditions if part.lean is None]
        settable = missing in names or not undecided
        self._unresolved.append(missing if settable else text_of(undecided[0]))


def _is_certain(condition: Condition) -> bool:
    """Whether no default of the script decides a condition."""
    atoms = list(condition.atoms())
    return bool(atoms) and _is_sure(atoms)


def _is_sure(atoms: Iterable[Atom]) -> bool:
    return all(atom.strength is Strength.CONSTANT or is_loop_atom(atom) for atom in atoms)


def _nothing(stack: Indices) -> None:
    """Run an empty block."""
