"""Conditions of statements: what an ``if`` decides, and how its branches come together again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from lrlint.analysis import comparisons, escapes, expressions
from lrlint.analysis.conditions import (
    All,
    Any,
    Condition,
    Divisible,
    Flag,
    Nature,
    Relation,
    all_of,
    any_of,
    conjoin,
    is_loop_atom,
    natures,
    negate,
    text_of,
)
from lrlint.analysis.state import CONTINUE, GOES_ON, MISSING, RAISE, Outcome
from lrlint.analysis.trace import Block, Break, When
from lrlint.analysis.values import AnyValue, Choice, Const, Opaque, Store
from lrlint.symbolic import Atom, Expr, Strength
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter
_MOST_ALTERNATIVES = 24
_LONGEST_NAME = 200
"""Characters of the name of a number that stands for a condition."""

Changes = dict[tuple[int, Hashable], tuple[Store, Hashable, AnyValue]]


def run_if(at: Interpreter, node: syn.If) -> Outcome:
    """Interpret an ``if`` with its ``elif`` and ``else``."""
    decided = settle(at, expressions.truth(at, node.test))
    orelse = node.orelse

    def then() -> Outcome:
        return at.run_block(node.body.body)

    def otherwise() -> Outcome:
        match orelse:
            case syn.If():
                return at.run(orelse)
            case syn.Else(body=body):
                return at.run_block(body.body)
        return GOES_ON

    if isinstance(decided, bool):
        return then() if decided else otherwise()
    return fork(at, decided, node, then, otherwise)


def settle(at: Interpreter, truth: bool | Condition) -> bool | Condition:
    """Decide a condition where the guards in force already do."""
    if isinstance(truth, bool):
        return truth
    known = at.assumed(truth)
    return truth if known is None else known


def fork(
    at: Interpreter,
    condition: Condition,
    node: syn.Node,
    then: Callable[[], Outcome],
    otherwise: Callable[[], Outcome],
) -> Outcome:
    """Interpret both sides of a condition and join what they changed."""
    start = len(at.journal)
    block, mark = at.block, len(at.block)
    with at.guard(condition, node):
        first = then()
    changed_then = take_back(at, start)
    opposite = negate(condition)
    with at.guard(opposite, node):
        second = otherwise()
    changed_else = take_back(at, start)

    if first.ends and second.ends:
        _apply(at, changed_else if _is_raise(first) else changed_then)
        same = first.escaped if first.escaped is second.escaped else None
        return Outcome(
            ends=True,
            escaped=same,
            leaves_function=first.leaves_function and second.leaves_function,
        )
    if first.ends or second.ends:
        gone, stays = (first, changed_else) if first.ends else (second, changed_then)
        goes_on = second if first.ends else first
        leaving = condition if first.ends else opposite
        if _is_raise(gone):
            # What follows runs only where nothing was raised: no guard is needed to say so.
            _apply(at, stays)
            return goes_on
        lost = changed_then if first.ends else changed_else
        if gone.escaped is CONTINUE or gone.leaves_function:
            skip = at.scope.store if gone.leaves_function else None
            join_changes(
                at,
                condition,
                lost if first.ends else changed_then,
                changed_else if first.ends else lost,
                skip=skip,
            )
            if skip is not None:
                _apply(at, {k: v for k, v in stays.items() if v[0] is skip})
            in_loop = len(at.loops) > at.frames[-1].loops
            if gone.leaves_function and in_loop:
                _note_break(at, leaving)
                return goes_on
            if goes_on.escaped is None:
                return Outcome(escaped=leaving, leaves_function=gone.leaves_function)
            return Outcome(  # an `elif` whose branch leaves, too
                escaped=any_of(leaving, goes_on.escaped),
                leaves_function=gone.leaves_function and goes_on.leaves_function,
            )
        # A break: the trace holds it, so what follows needs no guard of its own.
        join_changes(at, condition, changed_then, changed_else)
        _note_break(at, leaving)
        return goes_on

    join_changes(at, condition, changed_then, changed_else)
    _drop_idle(block, mark)
    parts = [
        all_of(condition, first.escaped) if first.escaped is not None else None,
        all_of(opposite, second.escaped) if second.escaped is not None else None,
    ]
    left = [part for part in parts if part is not None]
    if not left:
        return GOES_ON
    return Outcome(
        escaped=any_of(*left),
        leaves_function=first.leaves_function or second.leaves_function,
    )


def _is_raise(outcome: Outcome) -> bool:
    return outcome.ends and outcome.escaped is RAISE


def _note_break(at: Interpreter, condition: Condition) -> None:
    if at.loops and not any(True for _ in condition.atoms()):
        at.loops[-1].loop.may_break = True


def _drop_idle(block: Block, mark: int) -> None:
    """Remove guards behind which nothing happens."""
    for node in list(block[mark:]):
        if isinstance(node, When) and not node.body:
            block.remove(node)


def run_unlikely(at: Interpreter, node: syn.Node, statements: Sequence[syn.Node]) -> None:
    """Interpret what runs in an emergency only; its values are forgotten again."""
    start = len(at.journal)
    with at.guard(Flag(("except", at.fresh_key()), "an exception", default=False), node):
        at.run_block(statements)
        # An emergency exit neither ends a training nor belongs to a schedule's law.
        at.block[:] = [item for item in at.block if not isinstance(item, Break)]
    for store, key, value in take_back(at, start).values():
        if key not in store.data:
            at.write(store, key, value)


def run_match(at: Interpreter, node: syn.Match) -> Outcome:
    """Interpret a ``match`` as a chain of conditions on its subject."""
    subject = at.evaluate(node.subject)

    def chain(position: int) -> Outcome:
        if position == len(node.cases):
            return GOES_ON
        case = node.cases[position]
        truth = settle(at, _pattern(at, subject, case.pattern))

        def then() -> Outcome:
            return at.run_block(case.body.body)

        if truth is True:
            return then()
        if truth is False:
            return chain(position + 1)
        return fork(at, truth, case, then, lambda: chain(position + 1))

    return chain(0)


def _pattern(at: Interpreter, subject: AnyValue, pattern: syn.MatchPattern) -> bool | Condition:
    match pattern:
        case syn.MatchValue(value=value):
            return comparisons.equal(at, subject, at.evaluate(value), pattern)
        case syn.MatchOr(patterns=parts):
            conditions: list[Condition] = []
            for part in parts:
                truth = _pattern(at, subject, part)
                if truth is True:
                    return True
                if truth is not False:
                    conditions.append(truth)
            return any_of(*conditions) if conditions else False
        case syn.MatchAs(pattern=None, name=None):
            return True
        case syn.MatchAs(pattern=None, name=syn.Name(value=name)):
            at.write(at.scope.store, name, subject)
            return True
    return Flag(("pattern", at.fresh_key()), "a pattern")


# -- the journal ------------------------------------------------------------------------------


def take_back(at: Interpreter, start: int) -> Changes:
    """Undo all writes since ``start`` and return what they had set."""
    changes: Changes = {}
    for store, key, _ in at.journal[start:]:
        changes[id(store), key] = (store, key, store.data.get(key, MISSING))
    for store, key, old in reversed(at.journal[start:]):
        if old is MISSING:
            store.data.pop(key, None)
        else:
            store.data[key] = old
    del at.journal[start:]
    return changes


def _apply(at: Interpreter, changes: Changes) -> None:
    for store, key, value in changes.values():
        at.write(store, key, value)


def join_changes(
    at: Interpreter,
    condition: Condition,
    then: Changes,
    otherwise: Changes,
    skip: Store | None = None,
) -> None:
    """Write back what two branches set, each value under its condition."""
    for place in [*then, *(key for key in otherwise if key not in then)]:
        store, key, _ = then.get(place) or otherwise[place]
        if store is skip:
            continue
        before = store.data.get(key, MISSING)
        one = then[place][2] if place in then else before
        other = otherwise[place][2] if place in otherwise else before
        at.write(store, key, join(at, condition, one, other, str(key)))


def join(
    at: Interpreter, condition: Condition, one: AnyValue, other: AnyValue, name: str = ""
) -> AnyValue:
    """The value that is ``one`` where ``condition`` holds and ``other`` elsewhere."""
    if one is other or (isinstance(one, (Expr, Const)) and one == other):
        return one
    # A name that only one branch binds is used only where that branch ran.
    if one is MISSING:
        return other
    if other is MISSING:
        return one
    first, second = _number_beside(at, one, other), _number_beside(at, other, one)
    if first is not None and second is not None:
        return _join_numbers(at, condition, first, second, name)
    alternatives = [
        *_under(at, condition, one),
        *_under(at, negate(condition), other),
    ]
    return _choice(alternatives, name or None)


def _number_beside(at: Interpreter, value: AnyValue, other: AnyValue) -> Expr | None:
    """A value as a number, an unknown one only where its alternative is one, too.

    ``start_epoch = 0`` is a number, so ``start_epoch = checkpoint["epoch"]`` is as well.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, Opaque) and isinstance(other, Expr):
        from lrlint.analysis import numeric

        return numeric.to_number(at, value)
    return None


def _under(
    at: Interpreter, condition: Condition, value: AnyValue
) -> list[tuple[Condition, AnyValue]]:
    if isinstance(value, Choice):
        return [
            (all_of(condition, inner), item)
            for inner, item in value.alternatives
            if not at.contradict(condition, inner)
        ]
    return [(condition, value)]


def _join_numbers(
    at: Interpreter, condition: Condition, one: Expr, other: Expr, name: str
) -> AnyValue:
    if depends_on_loop(condition):
        # `if (i + 1) % k == 0: step += 1` leaves a number that an indicator tells apart.
        indicator = Atom(name=f"[{_brief(condition)}]", key=condition, lower=0)
        return other + Expr.atom(indicator) * (one - other)
    lean = condition.lean
    if lean is None:
        unit = one.unit if one.unit is other.unit else None
        return at.named_number(name or "a value", None, Strength.OPEN, unit=unit)
    chosen = one if lean else other
    if chosen.strength is not Strength.CONSTANT or chosen.value is None:
        return chosen
    return at.named_number(name or str(chosen), chosen.value, Strength.DEFAULT, unit=chosen.unit)


def _brief(condition: Condition) -> str:
    """A condition in the user's words, if they are few: they may quote another such number."""
    text = text_of(condition)
    return text if len(text) <= _LONGEST_NAME else "several conditions"


def depends_on_loop(condition: Condition) -> bool:
    """Whether the condition is computable from loop indices and loop-carried counters."""
    if not isinstance(condition, (Relation, Divisible, All, Any)):
        return False
    return any(is_loop_atom(atom) for atom in condition.atoms())


def may_change(condition: Condition) -> bool:
    """Whether the condition may hold in one iteration of a loop and not in another."""
    return Nature.METRIC in natures(condition) or any(map(is_loop_atom, condition.atoms()))


def either(one: Condition, other: Condition) -> Condition:
    """The disjunction of two conditions."""
    return any_of(one, other)


def distribute(
    at: Interpreter,
    value: AnyValue,
    node: syn.Node,
    action: Callable[[AnyValue], AnyValue],
) -> AnyValue:
    """Do ``action`` on each alternative of a choice, under its condition."""
    if not isinstance(value, Choice):
        return action(value)
    results: list[tuple[Condition, AnyValue]] = []
    for condition, item in value.alternatives:
        known = settle(at, condition)
        if known is True:
            return action(item)
        if known is False:
            continue
        assert not isinstance(known, bool)
        with at.guard(condition, node):
            results.append((condition, action(item)))
    return choice(at, results)


def choice(at: Interpreter, results: Sequence[tuple[Condition, AnyValue]]) -> AnyValue:
    """A choice among results, or the one value that all of them are."""
    if not results:
        return Opaque()
    first = results[0][1]
    if all(value is first or value == first for _, value in results):
        return first
    flat: list[tuple[Condition, AnyValue]] = []
    for condition, value in results:
        few = len(flat) <= _MOST_ALTERNATIVES
        flat += _under(at, condition, value) if few else [(condition, value)]
    return _choice(flat)


def _choice(alternatives: list[tuple[Condition, AnyValue]], name: str | None = None) -> AnyValue:
    """One of some values; where they are too many, an unknown one that may be any of them."""
    if len(alternatives) <= _MOST_ALTERNATIVES:
        return Choice(tuple(alternatives))
    for _, value in alternatives:
        escapes.escape(value, "one of more alternatives than are followed")
    return Opaque(name)


def alternatives(value: AnyValue) -> list[AnyValue]:
    """All that a value may be."""
    return [item for _, item in value.alternatives] if isinstance(value, Choice) else [value]


def chosen(at: Interpreter, value: AnyValue) -> AnyValue:
    """The alternative that the guards in force settle on, else the one the defaults lead to."""
    if isinstance(value, Choice):
        for condition, item in value.alternatives:
            if at.assumed(condition):
                return chosen(at, item)
    return leaning(value)


def leaning(value: AnyValue) -> AnyValue:
    """The alternative that the script's defaults lead to, or the value itself."""
    if isinstance(value, Choice):
        for condition, item in value.alternatives:
            if condition.lean:
                return leaning(item)
    return value


def path_condition(guards: Sequence[Condition]) -> Condition | None:
    """All of the guards as one condition."""
    return conjoin(list(guards))
