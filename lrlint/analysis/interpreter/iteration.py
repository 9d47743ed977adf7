"""Iterables: which elements a loop over a value visits, and how many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, dotted
from lrlint.analysis.interpreter import escapes, numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import WHOLE
from lrlint.analysis.model import words
from lrlint.analysis.model.records import CopiedGroups, GroupsValue, OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    Iteration,
    ListValue,
    Loader,
    Method,
    Opaque,
    Partial,
    Scope,
    Sized,
    Stream,
    alternatives,
    leaning,
)
from lrlint.source.nodes import small_statements, statements_of, walk
from lrlint.symbolic import Expr, maximum


def iterate(machine: Machine, value: AnyValue, node: cst.CSTNode) -> Stream:
    """Return what a ``for`` loop over a value visits; ``node`` is how the user writes the value."""
    match value:
        case Stream():
            return _what_is_left(machine, value)
        case ListValue(once=once):
            stream = _over_list(machine, value)
            return stream if once is None else _what_is_left(machine, replace(stream, once=once))
        case DictValue(complete=True, store=store):
            machine.read(store, WHOLE)
            return _listed(
                machine,
                [Expr.const(key) if isinstance(key, int) else Const(key) for key in store.data],
            )
        case Const(value=str() as text):
            return _listed(machine, [Const(letter) for letter in text])
        case Loader(path=path, shared_out=shared_out):
            length = numbers.length_of(machine, value)
            written = path or source_text(machine, node)
            element = _of_share if shared_out else _measured
            return Stream(length, element, text=written, over_loader=True)
        case Sized(path=path, element=element):
            visited = _measured if element is None else element
            return Stream(numbers.length_of(machine, value), visited, text=path)
        case Choice():
            return _over_choice(machine, value, node)
        case GroupsValue(whole=True):
            return _over_groups(machine, value)
        case CopiedGroups():
            return Stream(None, _always(value), items=[value])  # it represents each of them
        case Instance() | Opaque():
            return _over_unknown(machine, value, node)
    return Stream(None, _measured, text=source_text(machine, node))


def _what_is_left(machine: Machine, stream: Stream) -> Stream:
    """Return what a pass over a stream visits: a second one over an iterator visits nothing.

    In a loop, the body represents the first pass and the empty ones.
    """
    once = stream.once
    if once is None or stream.endless:
        return stream
    if once.begun or once.home is not machine.loop:
        return replace(stream, trips=None, items=None)
    once.begun = True
    if not once.drawn:
        return stream
    left = None
    if stream.trips is not None:
        drawn, none = Expr.const(once.drawn), Expr.const(0)
        left = numbers.compute(lambda trips: maximum(trips - drawn, none), stream.trips)
    items = None if stream.items is None else stream.items[once.drawn :]
    return replace(
        stream,
        trips=left if isinstance(left, Expr) else None,
        items=items,
        element=lambda index: stream.element(index + once.drawn),
    )


def _over_list(machine: Machine, value: ListValue) -> Stream:
    if not value.grows:
        machine.read(value, WHOLE)
    if value.source is not None:
        return value.source
    if value.items is not None and not (value.grows and not any(map(_worth_visiting, value.items))):
        return _listed(machine, value.items, numbers.length_of(machine, value))
    return Stream(value.length, _measured if value.element is None else _always(value.element))


def _over_choice(machine: Machine, value: Choice, node: cst.CSTNode) -> Stream:
    """Iterate over the alternative that the defaults choose, or any where all are as long."""
    lean = leaning(value)
    if lean is not value:
        return iterate(machine, lean, node)
    lengths = {numbers.length_of(machine, inner) for inner in alternatives(value)}
    if len(lengths) == 1:
        return iterate(machine, alternatives(value)[0], node)
    escapes.escape(value, "visited by a loop over one of several lists")
    return Stream(None, _measured, text=source_text(machine, node))


def _over_groups(machine: Machine, value: GroupsValue) -> Stream:
    record = value.record
    if record.unknown_groups or len(record.groups) == 1:
        each = GroupsValue(record, whole=False)  # it represents all of them
        return Stream(None, _always(each), items=[each])
    return _listed(machine, numbers.items_of(value) or [])


def _over_unknown(machine: Machine, value: Instance | Opaque, node: cst.CSTNode) -> Stream:
    path = value.path or source_text(machine, node)
    if isinstance(value, Opaque) and value.path is None and path is not None:
        value.path = path
    length = numbers.length_of(machine, value)
    if isinstance(value, Instance) and machine.find_method(value, "__iter__") is not None:
        yielded = trips_of(machine, value)
        # `__len__` may say how many an unknown iterable has that is passed on one by one.
        if not (_is_claimed(length) and yielded is not None and yielded.value is None):
            length = yielded if yielded is not None or _is_claimed(length) else length
    over_loader = path is not None and words.is_loader(path)
    return Stream(length, _measured, text=path, over_loader=over_loader)


def _is_claimed(length: Expr | None) -> bool:
    return length is not None and length.value is not None


def trips_of(machine: Machine, value: Instance) -> Expr | None:
    """Return how many elements an object's ``__iter__`` is seen to give, whatever ``__len__`` says.

    What the object holds escapes where that may step it between iterations.
    """
    method = machine.find_method(value, "__iter__")
    if not isinstance(method, FunctionValue):
        return None
    if method.scope.unit.survey.part(method.node).relevant:
        escapes.escape(method, "stepped by an iterator")
        return None
    elements = machine.call_function(method, Arguments())
    return None if elements is value else iterate(machine, elements, method.node).trips


def _listed(machine: Machine, items: list[AnyValue], trips: Expr | None = None) -> Stream:
    """Return a stream of elements that are known one by one."""

    def element(index: Expr) -> AnyValue:
        position = index.value
        if isinstance(position, int) and 0 <= position < len(items):
            return items[position]
        if len(items) == 1:
            return items[0]
        if (varying := _varying(machine, items, index)) is not None:
            return varying
        for item in items:
            escapes.escape(item, "taken from a list by an unknown index")
        return Opaque(measured=True)

    return Stream(Expr.const(len(items)) if trips is None else trips, element, items=items)


def _varying(machine: Machine, items: list[AnyValue], index: Expr) -> AnyValue | None:
    """Return the element at an index that varies: a number, or a row of them."""
    if items and all(isinstance(item, Expr) for item in items):
        return numbers.apply(machine, "item", index, *items)
    rows = [item.items or [] for item in items if isinstance(item, ListValue)]
    if not rows or len(rows) < len(items) or len({*map(len, rows)}) > 1:
        return None
    cells = [_varying(machine, list(column), index) for column in zip(*rows, strict=True)]
    known = [cell for cell in cells if cell is not None]
    return ListValue(known, kind="tuple") if known and len(known) == len(cells) else None


def _always(value: AnyValue) -> Callable[[Expr], AnyValue]:
    return lambda _: value


def _of_share(_: Expr) -> AnyValue:
    return Opaque(measured=True, visited=True, local=True)


def _measured(_: Expr) -> AnyValue:
    return Opaque(measured=True, visited=True)


def source_text(machine: Machine, node: cst.CSTNode) -> str | None:
    """Return how the user writes an iterable, if that is a name or a call."""
    return dotted(node) or (machine.unit.code(node) if isinstance(node, cst.Call) else None)


# -- generators -------------------------------------------------------------------------------


def generator_stream(machine: Machine, node: cst.FunctionDef, scope: Scope) -> AnyValue:
    """Return the result of calling a generator function of the project."""
    for value in scope.store.data.values():
        if not isinstance(value, Instance):
            escapes.escape(value, f"passed to the generator {node.name.value}(…)")
    path = f"{node.name.value}(…)"
    escapes.leave_function_open(FunctionValue(node, scope), f"stepped by the generator {path}")
    body = scope.unit.body_of(node)
    statements = () if body is None else statements_of(body)
    once = Iteration(machine.loop)
    source = _passed_on(machine, statements, scope)
    if source is not None:
        return replace(source, text=path, items=None, once=once)
    over_loader = any(
        isinstance(value, Loader)
        or (isinstance(value, Opaque) and value.path is not None and words.is_loader(value.path))
        for value in scope.store.data.values()
    )
    endless = any(
        isinstance(statement, cst.While)
        and isinstance(statement.test, cst.Name)
        and statement.test.value == "True"
        for statement in statements
    )
    return Stream(None, _measured, path, over_loader, endless, once=once)


def _passed_on(machine: Machine, statements: Sequence[cst.CSTNode], scope: Scope) -> Stream | None:
    """Return what a generator such as ``log_every(loader, …)`` yields one by one.

    Its only ``yield`` is one of a loop over that, in each iteration; or a ``yield from``.
    """
    written = [inner for statement in statements for inner in walk(statement)]
    yields = [inner for inner in written if isinstance(inner, cst.Yield)]
    if len(yields) != 1 or any(isinstance(inner, cst.Return) for inner in written):
        return None  # a `return` may end it early
    value = yields[0].value
    around = next(statement for statement in statements if yields[0] in walk(statement))
    match around, value:
        case cst.For(iter=visited, target=target, body=body), cst.BaseExpression():
            # A `continue` passes an element over.
            leaves = (cst.Raise, cst.Continue, cst.Break)
            if any(isinstance(inner, leaves) for inner in walk(around)):
                return None
            if not _has_line(yields[0], statements_of(body)):
                return _of_nested(machine, yields[0], around, scope)
            same = isinstance(target, cst.Name) and dotted(value) == target.value
        case _, cst.From(item=visited) if _has_line(yields[0], [around]):
            same = True
        case _:
            return None
    with machine.elsewhere(scope.unit, scope):
        machine.statement = around
        source = iterate(machine, machine.evaluate(visited), visited)
    return source if same else replace(source, element=_measured)


def _of_nested(
    machine: Machine, value: cst.Yield, outermost: cst.For, scope: Scope
) -> Stream | None:
    """Return what ``for epoch in range(n): for batch in loader: yield batch`` gives, in one."""
    trips, loop = Expr.const(1), outermost
    with machine.elsewhere(scope.unit, scope):
        while True:
            machine.statement = loop
            source = iterate(machine, machine.evaluate(loop.iter), loop.iter)
            if (
                source.trips is None
                or source.endless
                or not (
                    source.once is None if loop is outermost else _visits_loader(machine, loop.iter)
                )
            ):
                return None
            trips *= source.trips
            block = statements_of(loop.body)
            if _has_line(value, block):
                return Stream(trips, _measured, over_loader=source.over_loader)
            for name in assigned_names(loop):  # they differ from iteration to iteration
                machine.write(scope.store, name, Opaque())
            inside = next(statement for statement in block if value in walk(statement))
            others = [statement for statement in block if statement is not inside]
            if not isinstance(inside, cst.For) or any(map(_may_change_lengths, others)):
                return None
            loop = inside


def _visits_loader(machine: Machine, node: cst.BaseExpression) -> bool:
    """Whether a loop visits all batches of a loader, whose length does not change."""
    match node:
        case cst.Call(func=cst.Name(value="enumerate" | "tqdm"), args=[first, *_]):
            return _visits_loader(machine, first.value)
    return isinstance(machine.evaluate(node), Loader)


_KEEPS_LENGTHS = ("print", "set_epoch")


def _may_change_lengths(statement: cst.CSTNode) -> bool:
    """Whether a statement may change what another one iterates over."""
    return any(
        isinstance(inner, (cst.AugAssign, cst.Del))
        or (isinstance(inner, cst.AssignTarget) and not isinstance(inner.target, cst.Name))
        or (
            isinstance(inner, cst.Call)
            and (dotted(inner.func) or "").split(".")[-1] not in _KEEPS_LENGTHS
        )
        for inner in walk(statement)
    )


def _has_line(value: cst.Yield, block: Sequence[cst.CSTNode]) -> bool:
    """Whether a statement of a block is a ``yield``, or assigns what it is sent."""
    return any(
        isinstance(small, (cst.Expr, cst.Assign)) and small.value is value
        for statement in block
        for small in small_statements(statement)
    )


# -- unrolling --------------------------------------------------------------------------------


_MOST_SETTINGS = 200
_TAKES_SETTINGS = frozenset({"add_argument", "setattr"})


def worth_unrolling(
    machine: Machine, items: list[AnyValue], body: cst.CSTNode | None = None
) -> bool:
    """Whether a loop visits its elements one by one: they are few, and each may matter.

    More of them are visited by a body that takes over settings, which have a name each, and where
    classes are among them: it looks for one of those by its name.
    """
    many = len(items) > machine.limits.unrolled
    if many and not (
        len(items) <= _MOST_SETTINGS
        and all(map(_is_named, items))
        and (_takes_settings(body) or any(map(_is_named_class, items)))
    ):
        return False
    return bool(items) and all(map(_worth_visiting, items))


def _is_named(item: AnyValue) -> bool:
    """Whether an element is a pair of a name and a value."""
    match item:
        case ListValue(items=[Const(), *_]):
            return True
    return False


def _is_named_class(item: AnyValue) -> bool:
    match item:
        case ListValue(items=[Const(), ClassValue()]):
            return True
    return False


def _takes_settings(body: cst.CSTNode | None) -> bool:
    return body is not None and any(
        isinstance(inner, cst.Call) and (dotted(inner.func) or "").split(".")[-1] in _TAKES_SETTINGS
        for inner in walk(body)
    )


def _worth_visiting(item: AnyValue, depth: int = 0) -> bool:
    """Whether the loop's body may do something else for this element than for others."""
    match item:
        case (
            OptimizerValue()
            | SchedulerValue()
            | Expr()
            | Instance()
            | GroupsValue()
            | CopiedGroups()
        ):
            return True
        case FunctionValue() | Method() | Partial() | Loader():
            return True
        case Const(value=value):
            return value is not None
        case Choice(alternatives=alternatives):
            return any(_worth_visiting(inner, depth) for _, inner in alternatives)
        case ListValue(items=list() as items) if depth < 2:
            return any(_worth_visiting(inner, depth + 1) for inner in items)
        case DictValue(complete=True, store=store) if depth < 2:
            return any(_worth_visiting(inner, depth + 1) for inner in store.data.values())
    return False
