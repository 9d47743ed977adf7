"""Values that one iteration of a loop leaves to the next one.

The body of a loop is interpreted once, for all iterations, so what it changes must be unknown at
its start. The names that it assigns are seen beforehand. An attribute or an entry of a dict that
turns out to change is noted, and the whole file is interpreted again with that unknown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from lrlint.analysis.interpreter.escapes import (
    escape,
    leave_block_open,
    leave_value_open,
    steppable,
)
from lrlint.analysis.interpreter.late_entries import DATA, leave_uncertain_open
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import CHANGED, MISSING, WHOLE
from lrlint.analysis.model.computed import Counter
from lrlint.analysis.model.condition_queries import may_change
from lrlint.analysis.model.conditions import Flag, flatten, natures
from lrlint.analysis.model.questions import Identity, Nature
from lrlint.analysis.model.records import OptimizerValue, Owner, SchedulerRecord, SchedulerValue
from lrlint.analysis.model.trace import (
    Block,
    Break,
    BuildOptimizer,
    BuildScheduler,
    Repeat,
    When,
    walk,
)
from lrlint.analysis.model.value_queries import alternatives
from lrlint.analysis.model.values import (
    NONE,
    UNKNOWN_KEYS,
    AnyValue,
    Choice,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
    Sized,
    Store,
    Truth,
    UnknownKey,
)
from lrlint.symbolic import Atom, Expr

Entry = tuple[Store | ListValue, Hashable]

_WHY = "changed from one iteration of a loop to the next"
_KEPT = "built in some iterations of a loop and kept in the others"


@dataclass(frozen=True, slots=True)
class Start:
    """How long the machine's records are when the interpretation of a body begins."""

    journal: int
    dicts: int
    instances: int
    classes: int
    loops: int


def begin(machine: Machine) -> Start:
    """Begin to note what the body of a loop reads and writes."""
    machine.first_uses.append({})
    return Start(
        len(machine.journal),
        len(machine.dicts),
        len(machine.instances),
        len(machine.classes),
        len(machine.past_loops),
    )


@dataclass(frozen=True, slots=True)
class _AsName:
    """A name that a body reads before it assigns it, while the name holds what can be stepped."""

    key: Hashable


def note_name(machine: Machine, store: Store, name: str, value: AnyValue) -> None:
    """Note that a name is read whose value can be stepped, or contains what can be."""
    if isinstance(value, (OptimizerValue, SchedulerValue, ListValue, Instance)):
        for uses in machine.first_uses:
            if (store, name) not in uses:
                uses[store, _AsName(name)] = True


def unknown_at_start(value: AnyValue, *, changes: bool = False) -> AnyValue | None:
    """Return the unknown that replaces a value that the body may change; None to keep the value.

    ``changes`` says that the body is known to read it and then to change it: not even what is
    unknown is the same unknown in each iteration.
    """
    match value:
        case Const() | Truth():
            return Opaque(measured=True)
        case Opaque() if changes:
            return Opaque(measured=True)
        case Choice():
            known = [inner for inner in alternatives(value) if not isinstance(inner, Opaque)]
            if all(isinstance(inner, (Const, Truth, Expr)) for inner in known) and (
                known or changes
            ):
                return Opaque(measured=True)
    return None


def end(
    machine: Machine, repeat: Repeat, start: Start, known: set[Entry], absent: set[Entry]
) -> None:
    """Note what the body has read and then changed, although it was not known to change.

    An ``absent`` entry was unknown where the body asked for it, but not where it counted entries.
    """
    uses = machine.first_uses.pop()
    inside = machine.past_loops[start.loops :]
    for owner, key in uses:
        if key is CHANGED and isinstance(owner, ListValue) and owner.home not in inside:
            _end_of_list(machine, repeat, owner, known)
    fresh = {mapping.store for mapping in machine.dicts[start.dicts :]}
    fresh |= {instance.store for instance in machine.instances[start.instances :]}
    fresh |= {cls.scope.store for cls in machine.classes[start.classes :]}
    seen: set[Entry] = set()
    for store, key, before in machine.journal[start.journal :]:
        if isinstance(before, Opaque) and _ends_by(repeat.body, before, store.data.get(key)):
            leave_block_open([repeat], _WHY)
        if (store, key) in seen or store in fresh:
            continue
        seen.add((store, key))
        after = store.data.get(key, MISSING)
        if _is_kept(before, after):
            _leave_kept_open(after)
        if (store, key) in known:
            continue
        if before is after or before == after:
            continue
        if _is_code(before):
            escape(before, _WHY)
            escape(after, _WHY)
        read = uses.get((store, key), False) or (store, _AsName(key)) in uses
        if read and _is_exchanged(repeat, before, after):
            leave_value_open(before, _WHY)
            leave_value_open(after, _WHY)
        resized = (before is MISSING) is not (after is MISSING) and uses.get((store, WHOLE), False)
        asked = uses.get((store, key), False) and not (before is MISSING and (store, key) in absent)
        if not (asked or resized):
            continue
        change = UNKNOWN_KEYS if isinstance(key, UnknownKey) else key
        if change in machine.carried and _is_set_late(machine, start, (store, key), absent):
            leave_uncertain_open(repeat, str(key), _WHY)
        elif change in machine.carried:
            leave_block_open([repeat], _WHY)
        elif not repeat.body and isinstance(key, UnknownKey) and _decides_nothing(after):
            pass  # as unknown in the first iteration as in the others
        elif before is MISSING or isinstance(before, Expr) or unknown_at_start(before) is not None:
            machine.unforeseen.add(change)


def _is_exchanged(repeat: Repeat, before: AnyValue, after: AnyValue) -> bool:
    """Whether what can be stepped gives way to another that was there before the loop."""
    if before is MISSING or after is MISSING:
        return False
    others = set(steppable(after)) - set(steppable(before))
    if not others or not any(steppable(before)):
        return False
    built: set[Owner] = set()
    for located in walk(repeat.body):
        match located.event:
            case BuildScheduler(scheduler=record) | BuildOptimizer(optimizer=record):
                built.add(record)
    return not others <= built


def _is_kept(before: AnyValue, after: AnyValue) -> bool:
    """Whether only some iterations build what can be stepped: the others step the last one built.

    The body steps it as if each iteration that does not build it had what was there before.
    """
    return (
        isinstance(after, Choice)
        and not any(steppable(before))
        and any(
            may_change(condition) and any(steppable(value))
            for condition, value in after.alternatives
        )
    )


def _leave_kept_open(value: AnyValue) -> None:
    leave_value_open(value, _KEPT)
    for record in steppable(value):
        if isinstance(record, SchedulerRecord):
            record.relayed = True  # nor is it known how many updates it lives for


def _is_set_late(machine: Machine, start: Start, entry: Entry, absent: set[Entry]) -> bool:
    """Whether an entry is set by the loop and holds data that decides nothing.

    A number, a flag or a list would be wrong here: only the iterations after the one that sets it
    see the value. Two kinds are safe. An attribute that holds a list of data is there before it is
    read. A number in a dict that the body found unknown is seen only where it was set before.
    """
    store, key = entry
    of_object = any(instance.store is store for instance in machine.instances)
    before = [
        old for place, name, old in machine.journal[start.journal :] if (place, name) == entry
    ]
    return isinstance(store, Store) and all(
        value is MISSING
        or _is_unknown_data(value)
        or (entry in absent and all(map(_is_number_or_unknown, alternatives(value))))
        or (of_object and isinstance(value, ListValue) and _is_list_of_data(value))
        for value in (*before, store.data.get(key, MISSING))
    )


def _is_list_of_data(value: ListValue) -> bool:
    elements = [value.element] if value.items is None else value.items
    return not value.grows and all(isinstance(item, (Opaque, Sized)) for item in elements)


def _is_number_or_unknown(value: AnyValue) -> bool:
    return isinstance(value, Expr) or _is_unknown_data(value)


def _is_unknown_data(value: AnyValue) -> bool:
    """Whether a value is data, and at most its length is known."""
    match value:
        case ListValue(kind="tuple", items=list() as parts):
            return all(map(_is_unknown_data, parts))
        case Choice():
            return all(map(_is_unknown_data, alternatives(value)))
    return isinstance(value, (Opaque, Sized))


def _decides_nothing(value: AnyValue, depth: int = 0) -> bool:
    """Whether there is neither a number, nor a flag, nor code, nor a schedule in a value."""
    inner: list[AnyValue]
    match value:
        case DictValue(store=store):
            inner = [*store.data.values()]
        case ListValue(items=items, element=element):
            inner = [] if element is None else [element]
            inner += items or ()
        case Choice():
            inner = [*alternatives(value)]
        case _:
            return isinstance(value, (Opaque, Sized))
    return depth < _DEEPEST and all(_decides_nothing(part, depth + 1) for part in inner)


_DEEPEST = 4
"""Levels of containers that are searched for something that decides."""


def _end_of_list(machine: Machine, repeat: Repeat, value: ListValue, known: set[Entry]) -> None:
    """Note a list that the body has read as it was before the loop, and then changed."""
    if (value, WHOLE) in known:
        return
    if value.place is None or value.place.node in machine.carried:
        leave_block_open([repeat], _WHY)
    else:
        machine.unforeseen.add(value.place.node)


def unknown_lists(machine: Machine) -> Iterator[ListValue]:
    """Make the elements of the lists unknown that loops are known to read and then to change.

    A list of objects that can be stepped is left as it is.
    """
    for value in machine.changing_lists:
        if all(isinstance(item, DATA) for item in value.items or (value.element or NONE,)):
            value.element = _unknown_element(machine, value)
            value.items = value.length = value.source = None
            value.named = False
            yield value


def _unknown_element(machine: Machine, value: ListValue) -> AnyValue:
    if any(isinstance(item, Expr) for item in value.items or (value.element,)):
        counter = Counter(machine.fresh_key(), carried=True)
        return Expr.atom(Atom(name="item", key=counter, lower=None, integer=False))
    return Opaque(measured=True)


def _ends_by(body: Block, flag: Opaque, after: AnyValue | None) -> bool:
    """Whether a flag that no measurement decides ends the loop in a later iteration."""
    match after:
        case Truth(condition=condition):
            conditions = [condition]
        case Choice(alternatives=alternatives):
            conditions = [condition for condition, _ in alternatives]
        case _:
            return False
    if any(Nature.METRIC in natures(condition) for condition in conditions):
        return False
    return any(
        isinstance(part, Flag) and part.key.subject == Identity(flag)
        for node in body
        if isinstance(node, When) and any(isinstance(inner, Break) for inner in node.body)
        for part in flatten(node.condition)
    )


def _is_code(value: AnyValue) -> bool:
    return isinstance(value, (FunctionValue, Method, Partial))
