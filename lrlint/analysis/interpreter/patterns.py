"""Patterns of ``match``: whether a value matches one, and the names that it binds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter import class_objects, comparisons, members, truths
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.conditions import Condition, Flag, all_of, any_of
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.records import SchedulerValue
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.source.nodes import walk
from lrlint.symbolic import Expr

Match = bool | Condition


def matches(machine: Machine, subject: AnyValue, pattern: cst.MatchPattern) -> Match:
    """Return whether a pattern matches the subject, and bind the names in it."""
    match pattern:
        case cst.MatchValue(value=value):
            return comparisons.equal(machine, subject, machine.evaluate(value), pattern)
        case cst.MatchSingleton(value=value):
            return comparisons.is_constant(machine, subject, machine.evaluate(value), pattern)
        case cst.MatchOr(patterns=alternatives):
            return _any_of(machine, subject, [part.pattern for part in alternatives])
        case cst.MatchAs(pattern=inner, name=name):
            truth = True if inner is None else matches(machine, subject, inner)
            if name is not None:
                machine.write(machine.scope.store, name.value, subject)
            return truth
    if isinstance(subject, Choice):
        _forget_names(machine, pattern)
        return truths.any_alternative(subject, lambda inner: _structure(machine, inner, pattern))
    return _structure(machine, subject, pattern)


def _any_of(machine: Machine, subject: AnyValue, patterns: Sequence[cst.MatchPattern]) -> Match:
    conditions: list[Condition] = []
    for pattern in patterns:
        truth = matches(machine, subject, pattern)
        if truth is True:
            return True
        if truth is not False:
            conditions.append(truth)
    return any_of(*conditions) if conditions else False


def _structure(machine: Machine, subject: AnyValue, pattern: cst.MatchPattern) -> Match:
    truth: Match | None = None
    match pattern, subject:
        case ((cst.MatchList() | cst.MatchTuple()), ListValue(items=list() as items)):
            truth = _sequence(machine, items, list(pattern.patterns))
        case ((cst.MatchList() | cst.MatchTuple()), (Const() | DictValue() | Expr())):
            return False
        case cst.MatchMapping(), DictValue():
            truth = _mapping(machine, subject, pattern)
        case cst.MatchMapping(), (Const() | ListValue() | Expr()):
            return False
        case cst.MatchClass(), _:
            truth = _of_class(machine, subject, pattern)
    if truth is None:
        _forget_names(machine, pattern)
        return Flag(Question(Asks.PATTERN, machine.fresh_key()), "a pattern")
    return truth


def _all_of(tests: Sequence[Callable[[], Match]]) -> Match:
    """Return whether all tests hold; those after one that fails are not made."""
    conditions: list[Condition] = []
    for test in tests:
        truth = test()
        if truth is False:
            return False
        if truth is not True:
            conditions.append(truth)
    return all_of(*conditions) if conditions else True


def _parts(
    machine: Machine, pairs: Sequence[tuple[AnyValue, cst.MatchPattern]]
) -> list[Callable[[], Match]]:
    def test(subject: AnyValue, pattern: cst.MatchPattern) -> Callable[[], Match]:
        return lambda: matches(machine, subject, pattern)

    return [test(subject, pattern) for subject, pattern in pairs]


def _sequence(
    machine: Machine,
    items: list[AnyValue],
    elements: Sequence[cst.MatchSequenceElement | cst.MatchStar],
) -> Match:
    stars = [place for place, part in enumerate(elements) if isinstance(part, cst.MatchStar)]
    if len(items) < len(elements) - 1 or (not stars and len(items) != len(elements)):
        return False
    pairs: list[tuple[AnyValue, cst.MatchPattern]] = []
    after = len(elements) - 1 - stars[0] if stars else 0
    for place, part in enumerate(elements):
        if isinstance(part, cst.MatchStar):
            if part.name is not None:
                rest = ListValue(items[place : len(items) - after])
                machine.write(machine.scope.store, part.name.value, rest)
            continue
        late = bool(stars) and place > stars[0]
        pairs.append((items[place - len(elements) if late else place], part.value))
    return _all_of(_parts(machine, pairs))


def _mapping(machine: Machine, subject: DictValue, pattern: cst.MatchMapping) -> Match | None:
    pairs: list[tuple[AnyValue, cst.MatchPattern]] = []
    rest = dict(subject.store.data)
    for element in pattern.elements:
        key = members.dict_key(machine.evaluate(element.key))
        if key is None or (key not in rest and not subject.complete):
            return None
        if key not in rest:
            return False
        machine.read(subject.store, key)
        pairs.append((rest.pop(key), element.pattern))
    if pattern.rest is not None:
        others = replace(subject, store=Store(rest))
        machine.dicts.append(others)
        machine.write(machine.scope.store, pattern.rest.value, others)
    return _all_of(_parts(machine, pairs))


def _of_class(machine: Machine, subject: AnyValue, pattern: cst.MatchClass) -> Match | None:
    """Return whether a value is of a class and its attributes match; None where it is unknown."""
    if subject == NONE:
        return False
    cls = machine.evaluate(pattern.cls)
    match subject, cls:
        case SchedulerValue(record=record), _ if record.law != "?" and not pattern.kwds:
            name = (dotted(pattern.cls) or "").rsplit(".", 1)[-1]
            return name in class_objects.bases_of(record.law)
        case ((Const() | Expr()), External(name=name)):
            kind = class_objects.PYTHON.get(name.removeprefix("builtins."))
            if kind is None or subject.value is None or pattern.kwds:
                return None
            inner = [(subject, part.value) for part in pattern.patterns]
            is_a = isinstance(subject.value, kind)
            return _all_of([lambda: is_a, *_parts(machine, inner)])
        case Instance(cls=ClassValue() as own), ClassValue():
            if cls not in members.lookup_order(own):
                return False
            fields = members.field_names(cls) if pattern.patterns else {}
            names = [name for name, in_turn in fields.items() if in_turn]
            if len(names) < len(pattern.patterns):
                return None
            given = zip(names, (part.value for part in pattern.patterns), strict=False)
            wanted = [*given, *((part.key.value, part.pattern) for part in pattern.kwds)]
            return _all_of(
                _parts(machine, [(machine.get_attribute(subject, n), p) for n, p in wanted])
            )
    return None


def _forget_names(machine: Machine, pattern: cst.MatchPattern) -> None:
    """Make the names unknown that a pattern binds."""
    for part in walk(pattern):
        match part:
            case (
                cst.MatchAs(name=cst.Name(value=name))
                | cst.MatchStar(name=cst.Name(value=name))
                | cst.MatchMapping(rest=cst.Name(value=name))
            ):
                machine.write(machine.scope.store, name, Opaque(name))
