"""Arrays whose elements are computed from their index: an LR that is tabulated before the training.

``schedule = np.concatenate((np.linspace(0, lr, n), decay))`` is a law of the index that later reads
``schedule[it]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lrlint.analysis.interpreter import choices, numbers
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.computed import WITHIN, computed, replaced, varies
from lrlint.analysis.model.conditions import Relation
from lrlint.analysis.model.values import AnyValue, ListValue, Opaque, Sized, Stream
from lrlint.symbolic import Atom, Expr, NotRepresentable, TooComplex

Element = Callable[[Expr], AnyValue]


def elementwise(operation: Callable[..., AnyValue], *operands: AnyValue) -> Sized:
    """Return the array that an operation gives for arrays, element by element, and numbers."""
    arrays = [operand for operand in operands if isinstance(operand, Sized)]
    whole = arrays[0]
    known = all(array.element is not None and array.length == whole.length for array in arrays)
    if not known or any(isinstance(operand, ListValue) for operand in operands):
        return whole if whole.element is None else Sized(whole.length, whole.path, whole.shape)
    columns = [_column(operand) for operand in operands]
    return Sized(whole.length, element=lambda i: operation(*(column(i) for column in columns)))


def _column(operand: AnyValue) -> Element:
    element = operand.element if isinstance(operand, Sized) else None
    return (lambda _: operand) if element is None else element


def item(machine: Machine, value: AnyValue, key: AnyValue) -> AnyValue:
    """Return the element with a certain index, which counts from the end where it is negative."""
    index, element = numbers.to_number(machine, key), element_of(value)
    if index is None or element is None:
        return Opaque()
    length = numbers.length_of(machine, value)
    if index.is_nonnegative:
        found = element(index)
        return found if length is None else _within(machine, found, index, length)
    if length is None:
        return Opaque()
    return _either(index, Expr.const(0), element(length + index), element(index), machine)


def _within(machine: Machine, value: AnyValue, index: Expr, length: Expr) -> AnyValue:
    """Return an element, with the length of its table where the index may pass that."""
    number = numbers.to_number(machine, value)
    last = index
    try:
        for repeat in reversed(machine.loops):
            line, trips = last.linear_in(repeat.loop.index), repeat.loop.trips
            if trips is not None and line is not None and line[0].is_nonnegative:
                last = line[0] * (trips - 1) + line[1]
        inside = Relation("<", last, length).decided()
    except (NotRepresentable, TooComplex):
        inside = None
    if inside or number is None or not varies(index):
        return value
    return computed(WITHIN, [number, index, length])


def concatenated(machine: Machine, parts: Sequence[AnyValue]) -> Sized:
    """Return one array with the elements of several."""
    total = Expr.const(0)
    columns: list[tuple[Expr, Expr, Element | None]] = []
    for part in parts:
        length = numbers.length_of(machine, part)
        if length is None:
            return Sized(None)
        if length.as_number() != 0:
            columns.append((total, total + length, element_of(part)))
        total = total + length
    if not columns or any(column is None for _, _, column in columns):
        return Sized(total)

    def element(index: Expr) -> AnyValue:
        value: AnyValue = Opaque()
        for start, end, column in reversed(columns):
            here = Opaque() if column is None else column(index - start)
            value = here if end == total else _either(index, end, here, value, machine)
        return value

    return Sized(total, element=element)


def _either(
    index: Expr, end: Expr, before: AnyValue, after: AnyValue, machine: Machine
) -> AnyValue:
    """Return the element of the part that ends at ``end``, or of those after it."""
    test = Relation("<", index, end)
    decided = test.decided()
    if decided is not None:
        return before if decided else after
    first, second = numbers.to_number(machine, before), numbers.to_number(machine, after)
    return Opaque() if first is None or second is None else choices.branch(test, first, second)


def element_of(value: AnyValue) -> Element | None:
    """Return the elements of an array or a list as a function of the index, where it is known."""
    match value:
        case Sized(element=element):
            return element
        case ListValue(source=Stream(element=element)):
            return element
    return None


def tabulated(trips: Expr | None, index: Atom, value: AnyValue) -> Stream | None:
    """Return the elements of ``[f(i) for i in …]`` where they follow from the index."""
    if trips is None or not isinstance(value, Expr):
        return None
    return Stream(trips, lambda other: replaced(value, {index: other}))
