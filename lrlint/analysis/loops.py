"""Loops: how often they run, and what a value carried from one iteration to the next becomes.

A counter such as ``step += 1`` is an unknown at the start of the loop's body. Once the body has
been walked, the difference that one iteration makes says what the unknown was: its first value plus
that difference times the number of the iteration; it is then replaced throughout the trace.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import libcst as cst

from lrlint.analysis import binding, branches, counting, escapes, expressions, naming, numeric
from lrlint.analysis.conditions import (
    All,
    Condition,
    Relation,
    any_of,
    flatten,
    is_loop_atom,
    negate,
)
from lrlint.analysis.prescan import assigned_names, dotted, has_own_break
from lrlint.analysis.state import CONTINUE, GOES_ON, Outcome
from lrlint.analysis.trace import Break, LoopRecord, Repeat, When, substitute
from lrlint.analysis.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    GroupsValue,
    Instance,
    ListValue,
    Loader,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Scope,
    Sized,
    Store,
    Stream,
)
from lrlint.symbolic import Atom, Expr, NotRepresentable, Strength, TooComplex, ceil, floor, minimum

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


# -- what is iterated over --------------------------------------------------------------------


def iterate(at: Interpreter, value: AnyValue, node: cst.CSTNode) -> Stream:
    """What a ``for`` loop over ``value`` visits."""
    match value:
        case Stream():
            return value
        case ListValue(items=list() as items):
            return Stream(Expr.const(len(items)), _pick(items), items=items)
        case ListValue(element=element, length=length):
            return Stream(
                length, lambda _: element if element is not None else Opaque(measured=True)
            )
        case DictValue(complete=True, store=store):
            keys: list[AnyValue] = [
                Expr.const(key) if isinstance(key, int) else Const(key) for key in store.data
            ]
            return Stream(Expr.const(len(keys)), _pick(keys), items=keys)
        case Loader(path=path):
            return Stream(
                numeric.length_of(at, value),
                _measured,
                text=path or _text(at, node),
                over_loader=True,
            )
        case Sized(path=path):
            return Stream(numeric.length_of(at, value), _measured, text=path)
        case Const(value=str() as text):
            letters: list[AnyValue] = [Const(letter) for letter in text]
            return Stream(Expr.const(len(letters)), _pick(letters), items=letters)
        case Choice(alternatives=alternatives):
            for condition, item in alternatives:
                if condition.lean:
                    return iterate(at, item, node)
            if alternatives and len({numeric.length_of(at, v) for _, v in alternatives}) == 1:
                return iterate(at, alternatives[0][1], node)
            return Stream(None, _measured, text=_text(at, node))
        case GroupsValue(record=record, whole=True):
            if record.unknown_groups or len(record.groups) == 1:
                return Stream(
                    None,
                    lambda _: GroupsValue(record, whole=False),
                    items=[GroupsValue(record, whole=False)],
                )
            groups: list[AnyValue] = [
                GroupsValue(record, whole=False, index=i) for i in range(len(record.groups))
            ]
            return Stream(Expr.const(len(groups)), _pick(groups), items=groups)
        case Instance() | Opaque():
            path = value.path or _text(at, node)
            if isinstance(value, Opaque) and value.path is None and path is not None:
                value.path = path
            return Stream(
                numeric.length_of(at, value),
                _measured,
                text=path,
                over_loader=path is not None and naming.is_loader(path),
            )
    return Stream(None, _measured, text=_text(at, node))


def _pick(items: list[AnyValue]) -> Callable[[Expr], AnyValue]:
    def element(index: Expr) -> AnyValue:
        position = index.value
        if isinstance(position, int) and 0 <= position < len(items):
            return items[position]
        return items[0] if len(items) == 1 else Opaque(measured=True)

    return element


def _measured(_: Expr) -> AnyValue:
    return Opaque(measured=True)


def _text(at: Interpreter, node: cst.CSTNode) -> str | None:
    return dotted(node) or (at.unit.code(node) if isinstance(node, cst.Call) else None)


def generator_stream(at: Interpreter, node: cst.FunctionDef, scope: Scope) -> AnyValue:
    """The result of calling a generator function of the project."""
    for value in scope.store.data.values():
        if not isinstance(value, Instance):
            escapes.escape(value, f"handed to the generator {node.name.value}(…)")
    path = f"{node.name.value}(…)"
    source = _handed_on(at, node, scope)
    if source is not None:
        # A wrapper that hands on each batch it is given, as `log_every(loader, …)` does.
        return Stream(source.trips, _measured, text=path, over_loader=source.over_loader)
    over_loader = any(
        isinstance(value, Loader)
        or (isinstance(value, Opaque) and value.path is not None and naming.is_loader(value.path))
        for value in scope.store.data.values()
    )
    endless = any(
        isinstance(part, cst.While)
        and isinstance(part.test, cst.Name)
        and part.test.value == "True"
        for part in node.body.body
    )
    return Stream(None, _measured, text=path, over_loader=over_loader, endless=endless)


def _handed_on(at: Interpreter, node: cst.FunctionDef, scope: Scope) -> Stream | None:
    """What the generator's only loop visits, if each of its iterations yields once."""
    outer = [part for part in node.body.body if isinstance(part, (cst.For, cst.While))]
    if len(outer) != 1 or not isinstance(outer[0], cst.For) or has_own_break(outer[0].body):
        return None
    yields = [
        part
        for statement in outer[0].body.body
        if isinstance(statement, cst.SimpleStatementLine)
        for part in statement.body
        if isinstance(part, cst.Expr) and isinstance(part.value, cst.Yield)
    ]
    if len(yields) != 1:
        return None
    with at.elsewhere(scope.unit, scope):
        at.statement = outer[0]
        return iterate(at, at.evaluate(outer[0].iter), outer[0].iter)


# -- for --------------------------------------------------------------------------------------


def run_for(at: Interpreter, node: cst.For) -> Outcome:
    """Interpret a ``for`` loop."""
    stream = iterate(at, at.evaluate(node.iter), node.iter)
    repeat: Repeat | None = None
    if stream.items is not None and worth_unrolling(at, stream.items):
        outcome = _unrolled(at, node, stream.items)
    else:
        name = _first_name(node.target) or "i"
        loop = LoopRecord(
            index=at.index_atom(name),
            trips=stream.trips,
            place=at.here(node),
            over=stream.text or _text(at, node.iter),
            over_loader=stream.over_loader,
            target=name,
            without_gradients=at.without_gradients,
            unbounded=stream.endless,
        )
        with repeating(at, loop, node) as repeat:
            element = stream.element(Expr.atom(loop.index))
            binding.assign(at, node.target, element, node.iter, rename=False)
            at.run_block(at.suite(node.body))
        outcome = GOES_ON
    return outcome if node.orelse is None else _run_else(at, node.orelse, repeat)


def _run_else(at: Interpreter, orelse: cst.Else, repeat: Repeat | None) -> Outcome:
    """The ``else`` of a loop runs where no ``break`` has left it."""
    breaks = (
        []
        if repeat is None
        else [
            node.condition
            for node in repeat.body
            if isinstance(node, When) and any(isinstance(inner, Break) for inner in node.body)
        ]
    )
    if not breaks:
        return at.run_block(at.suite(orelse.body))
    return branches.fork(
        at,
        any_of(*breaks),
        orelse,
        lambda: GOES_ON,
        lambda: at.run_block(at.suite(orelse.body)),
    )


def _first_name(target: cst.CSTNode) -> str | None:
    match target:
        case cst.Name(value=name):
            return name
        case cst.Tuple(elements=elements) if elements:
            return _first_name(elements[0].value)
    return None


def worth_unrolling(at: Interpreter, items: list[AnyValue]) -> bool:
    """Whether to visit elements one by one: they are few, and each may decide something."""
    return 0 < len(items) <= at.limits.unrolled and all(_telling(item) for item in items)


def _telling(item: AnyValue, depth: int = 0) -> bool:
    """Whether knowing this very element may decide what the body does."""
    match item:
        case OptimizerValue() | SchedulerValue() | Expr() | Instance() | GroupsValue():
            return True
        case Const(value=value):
            return value is not None
        case ListValue(items=list() as items) if depth < 2:
            return any(_telling(inner, depth + 1) for inner in items)
    return False


def _unrolled(at: Interpreter, node: cst.For, items: list[AnyValue]) -> Outcome:
    """Visit each element in turn, as with ``for phase in ["train", "val"]``."""
    if not has_own_break(node.body):
        return _visit(at, node, items)
    # A loop of one iteration: what a `break` can leave.
    once = LoopRecord(
        index=at.index_atom("visit"),
        trips=Expr.const(1),
        place=at.here(node),
        without_gradients=at.without_gradients,
    )
    with repeating(at, once, node, carries=False):
        return _visit(at, node, items)


def _visit(at: Interpreter, node: cst.For, items: list[AnyValue]) -> Outcome:
    for item in items:
        binding.assign(at, node.target, item, node.iter, rename=False)
        outcome = at.run_block(at.suite(node.body))
        if outcome.ends and outcome.escaped is not CONTINUE:
            return outcome if outcome.leaves_function else GOES_ON
    return GOES_ON


# -- while ------------------------------------------------------------------------------------


def run_while(at: Interpreter, node: cst.While) -> Outcome:
    """Interpret a ``while`` loop; its trip count comes from the counter in its condition."""
    loop = LoopRecord(
        index=at.index_atom("iteration"),
        trips=None,
        place=at.here(node),
        without_gradients=at.without_gradients,
        over=at.unit.code(node.test),
    )
    holder: list[Condition] = []

    def prepare() -> bool:
        found = expressions.truth(at, node.test)
        if found is False:
            return False
        if found is True:
            loop.unbounded = True
        else:
            holder.append(found)
        return True

    with repeating(at, loop, node, tests=holder):
        if prepare():
            at.run_block(at.suite(node.body))
            if loop.unbounded:
                _break_where_false(at, node)
        else:
            loop.trips = Expr.const(0)
    if node.orelse is not None:
        at.run_block(at.suite(node.orelse.body))
    return GOES_ON


def _break_where_false(at: Interpreter, node: cst.While) -> None:
    """``while not done``: a flag that the body sets ends the loop as a ``break`` does."""
    if not isinstance(node.test, (cst.Name, cst.UnaryOperation, cst.Attribute)):
        return
    after = expressions.truth(at, node.test)
    if isinstance(after, bool):
        if not after:
            at.emit(Break(1))
        return
    with at.guard(negate(after), node.test):
        at.emit(Break(1))


# -- comprehensions ---------------------------------------------------------------------------


def run_comprehension(
    at: Interpreter, node: cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp
) -> AnyValue:
    """A comprehension: unrolled where its elements are known, else one representative element."""
    scope = Scope(Store(), at.unit, parent=at.scope, owner=at.scope.owner)
    with at.elsewhere(at.unit, scope):
        at.statement = at.statement or node
        comp = node.for_in
        stream = iterate(at, at.evaluate(comp.iter), comp.iter)
        simple = comp.inner_for_in is None

        def element() -> AnyValue:
            inner = comp.inner_for_in
            if inner is not None:
                binding.assign(at, inner.target, Opaque(), inner.iter, rename=False)
            if isinstance(node, cst.DictComp):
                return ListValue([at.evaluate(node.key), at.evaluate(node.value)])
            return at.evaluate(node.elt)

        visited: list[AnyValue] | None = None
        if simple and stream.items is not None and worth_unrolling(at, stream.items):
            visited = stream.items
        elif simple and (count := _small(stream)) is not None:
            visited = [stream.element(Expr.const(position)) for position in range(count)]
        items = None if visited is None else _elements(at, comp, visited, element)
        if items is not None:
            return _collected(node, items)
        simple = simple and not comp.ifs
        loop = LoopRecord(
            index=at.index_atom(_first_name(comp.target) or "i"),
            trips=stream.trips if simple else None,
            place=at.here(node),
            over=stream.text,
            without_gradients=True,
        )
        with repeating(at, loop, node):
            binding.assign(
                at, comp.target, stream.element(Expr.atom(loop.index)), comp.iter, rename=False
            )
            value = element()
    if isinstance(node, cst.DictComp):
        return DictValue(Store(), complete=False)
    return ListValue(None, element=value, length=stream.trips if simple else None)


def _elements(
    at: Interpreter,
    comp: cst.CompFor,
    visited: list[AnyValue],
    element: Callable[[], AnyValue],
) -> list[AnyValue] | None:
    """The elements of an unrolled comprehension; None where a filter is not decided."""
    items: list[AnyValue] = []
    for item in visited:
        binding.assign(at, comp.target, item, comp.iter, rename=False)
        kept = [expressions.truth(at, part.test) for part in comp.ifs]
        if any(not isinstance(found, bool) for found in kept):
            return None
        if all(kept):
            items.append(element())
    return items


def _small(stream: Stream) -> int | None:
    """The number of elements, where a constant says that there are few."""
    if stream.trips is None or not stream.trips.is_constant or stream.over_loader:
        return None
    trips = stream.trips.value
    return trips if isinstance(trips, int) and trips <= 4 else None


def _collected(node: cst.CSTNode, items: list[AnyValue]) -> AnyValue:
    if not isinstance(node, cst.DictComp):
        return ListValue(items)
    result = DictValue(Store())
    for item in items:
        assert isinstance(item, ListValue)
        assert item.items is not None
        key, value = item.items
        if isinstance(key, Const) and isinstance(key.value, str):
            result.store.data[key.value] = value
        else:
            result.complete = False
    return result


# -- the body of a loop -----------------------------------------------------------------------


class _Carried:
    """A number that may change from one iteration to the next."""

    __slots__ = ("atom", "before", "key", "store")

    def __init__(self, store: Store, key: Hashable, atom: Atom, before: Expr) -> None:
        self.store = store
        self.key = key
        self.atom = atom
        self.before = before


@contextmanager
def repeating(
    at: Interpreter,
    loop: LoopRecord,
    node: cst.CSTNode,
    tests: list[Condition] | None = None,
    *,
    carries: bool = True,
) -> Iterator[Repeat]:
    """Interpret a loop's body once, for all its iterations."""
    repeat = Repeat(loop, [])
    start = len(at.journal)
    carried = _make_unknown(at, node) if carries else []
    outer = at.block
    outer.append(repeat)
    at.block = repeat.body
    at.loops.append(repeat)
    try:
        yield repeat
    finally:
        at.loops.pop()
        at.block = outer
    if getattr(node, "orelse", None) is None:
        _cut_at_break(repeat)
    mapping = _resolve(at, loop, carried)
    if tests is not None:
        loop.trips = loop.trips if loop.trips is not None else _trips(tests, loop, mapping)
    if mapping:
        substitute([repeat], mapping)
    _leave(at, loop, carried, mapping, start)
    if not repeat.body:
        outer.remove(repeat)


def _cut_at_break(repeat: Repeat) -> None:
    """``if i >= limit: break`` at the head or foot of a loop bounds its trip count."""
    loop, body = repeat.loop, repeat.body
    if (loop.trips is None and not loop.unbounded) or len(body) < 2:
        return
    for position, extra in ((0, 0), (-1, 1)):
        node = body[position]
        if not isinstance(node, When) or len(node.body) != 1:
            continue
        inner = node.body[0]
        if not isinstance(inner, Break) or inner.levels != 1:
            continue
        condition = node.condition
        if any(is_loop_atom(atom) and atom != loop.index for atom in condition.atoms()):
            continue
        stops = first_failure(negate(condition), loop.index)
        if stops is None:
            continue
        with suppress(TooComplex, NotRepresentable):
            ends = stops + extra
            loop.trips = ends if loop.trips is None else minimum(loop.trips, ends)
            loop.unbounded = False
            del body[position]
            return


def _make_unknown(at: Interpreter, node: cst.CSTNode) -> list[_Carried]:
    """Replace every number that the body may change by an unknown."""
    found: list[_Carried] = []

    def carry(store: Store, key: Hashable, value: AnyValue | None) -> None:
        if isinstance(value, Expr):
            # It may count down, or start at -1: no bound is known.
            whole = value.value is None or isinstance(value.value, int)
            key_ = ("carried", at.fresh_key())
            atom = Atom(name=str(key), key=key_, lower=None, integer=whole)
            found.append(_Carried(store, key, atom, value))
            at.write(store, key, Expr.atom(atom))

    body = node.body if isinstance(node, (cst.For, cst.While)) else None
    if body is not None:
        names = at.unit.assigned_in(body, assigned_names)
        if isinstance(node, cst.While):
            names |= at.unit.assigned_in(node.test, assigned_names)
        for name in sorted(names):
            carry(at.scope.store, name, at.scope.store.data.get(name))
    changed = at.unit.mutations
    for name in changed.shared_names:
        scope: Scope | None = at.scope
        while scope is not None:
            if name in scope.store.data:
                carry(scope.store, name, scope.store.data[name])
                break
            scope = scope.parent
    for instance in at.instances:
        if instance.cls is not None:
            for name in instance.cls.scope.unit.mutations.attributes:
                carry(instance.store, name, instance.store.data.get(name))
    for mapping in at.dicts:
        for key in changed.keys:
            if key in mapping.store.data:
                carry(mapping.store, key, mapping.store.data[key])
    return found


def _resolve(at: Interpreter, loop: LoopRecord, carried: list[_Carried]) -> dict[Atom, Expr]:
    """What each carried unknown was, as a function of the loop's index."""
    index = Expr.atom(loop.index)
    unknowns = {item.atom for item in carried}
    mapping: dict[Atom, Expr] = {}
    pending: list[tuple[_Carried, Expr]] = []
    for item in carried:
        after = item.store.data.get(item.key)
        if not isinstance(after, Expr):
            continue
        if after == Expr.atom(item.atom) or (
            after == item.before and not (after.atoms() & unknowns)
        ):
            mapping[item.atom] = item.before
        else:
            pending.append((item, after))
    for item, after in pending:
        try:
            delta = (after - Expr.atom(item.atom)).subs(mapping)
        except (NotRepresentable, TooComplex, ZeroDivisionError):
            continue
        atoms = delta.atoms()
        if item.atom in atoms:
            continue
        if loop.index not in atoms and not _indicators(delta):
            mapping[item.atom] = item.before + delta * index
            continue
        summed = counting.summed(delta, loop.index, mapping)
        if summed is not None:
            mapping[item.atom] = item.before + summed
    # A counter may depend on another one: two rounds settle what two loops can nest.
    for _ in range(2):
        for atom, value in list(mapping.items()):
            if value.atoms() & mapping.keys():
                mapping[atom] = value.subs({k: v for k, v in mapping.items() if k != atom})
    return mapping


def _indicators(number: Expr) -> bool:
    return any(isinstance(atom.key, Condition) for atom in number.atoms())


def _trips(tests: list[Condition], loop: LoopRecord, mapping: dict[Atom, Expr]) -> Expr | None:
    """How often a ``while`` condition holds in a row, from the counter that it compares."""
    for test in tests:
        for part in flatten(test.subs(mapping)):
            trips = first_failure(part, loop.index)
            if trips is not None:
                return trips
    return None


def first_failure(condition: Condition, index: Atom) -> Expr | None:
    """The first iteration, from 0, in which a relation that is linear in ``index`` fails."""
    if isinstance(condition, All) or not isinstance(condition, Relation):
        return None
    # Written as 0 < slope * index + offset, or with <=.
    match condition.op:
        case "<" | "<=" | "!=":
            gap = condition.right - condition.left
        case ">" | ">=":
            gap = condition.left - condition.right
        case _:
            return None
    parts = gap.linear_in(index)
    if parts is None:
        return None
    slope, offset = parts
    if index in slope.atoms() or index in offset.atoms():
        return None
    speed = slope.value
    if speed is not None and speed >= 0 and not (condition.op == "!=" and speed):
        return None
    if speed is None and any(atom.lower is None for atom in slope.atoms()):
        return None
    try:
        if condition.op in ("<", ">", "!="):
            return ceil(offset / -slope)
        return floor(offset / -slope) + 1
    except (NotRepresentable, TooComplex, ZeroDivisionError):
        return None


def _leave(
    at: Interpreter,
    loop: LoopRecord,
    carried: list[_Carried],
    mapping: dict[Atom, Expr],
    start: int,
) -> None:
    """After the loop, numbers stand as the last iteration left them."""
    trips = loop.trips
    finals = {item.atom: item for item in carried}
    last = None if trips is None else {loop.index: trips - 1}
    seen: set[tuple[int, Hashable]] = set()
    for store, key, _ in at.journal[start:]:
        if (id(store), key) in seen:
            continue
        seen.add((id(store), key))
        value = store.data.get(key)
        if isinstance(value, Choice) and mapping:
            # `done` is true where the condition held in the last iteration.
            alternatives = tuple((c.subs(mapping), item) for c, item in value.alternatives)
            at.write(store, key, Choice(alternatives))
        if not isinstance(value, Expr):
            continue
        atoms = value.atoms()
        if not (atoms & finals.keys()) and loop.index not in atoms:
            continue
        try:
            known = value.subs(mapping)
            known = known if last is None else known.subs(last)
        except (NotRepresentable, TooComplex, ZeroDivisionError):
            known = value
        left = known.atoms()
        if loop.index in left or left & finals.keys():
            known = at.named_number(str(key), None, Strength.OPEN)
        at.write(store, key, known)
