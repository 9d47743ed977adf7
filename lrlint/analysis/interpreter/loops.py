"""``for`` and ``while`` loops.

A loop over a few known elements is unrolled: its body is interpreted for each of them. The body of
any other loop is interpreted once, for all iterations (see ``loop_counters``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import assigned_names, draws, first_name, has_own_break, names_in
from lrlint.analysis.interpreter import assignment, branches, choices, escapes
from lrlint.analysis.interpreter.drawing import drawn_until_empty
from lrlint.analysis.interpreter.group_loops import one_by_one, several_optimizers, visits_groups
from lrlint.analysis.interpreter.iteration import (
    iterate,
    source_text,
    worth_unrolling,
)
from lrlint.analysis.interpreter.loop_counters import repeating
from lrlint.analysis.interpreter.loop_splits import Split, split_of
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import GOES_ON, Exit, Outcome
from lrlint.analysis.model.conditions import Condition, all_of, any_of, natures, negate
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import Block, Break, LoopRecord, Repeat, When, nodes_of
from lrlint.analysis.model.values import (
    AnyValue,
    DictValue,
    ListValue,
    Stream,
)
from lrlint.source.nodes import statements_of, walk
from lrlint.symbolic import Expr

# -- for --------------------------------------------------------------------------------------


def run_for(machine: Machine, node: cst.For) -> Outcome:
    """Interpret a ``for`` loop."""
    if (groups := several_optimizers(machine, node)) is not None:

        def for_one(alternative: AnyValue) -> AnyValue:
            _run_for(machine, node)
            return alternative

        choices.distribute(machine, groups, node, for_one)
        return GOES_ON
    return _run_for(machine, node)


def _run_for(machine: Machine, node: cst.For) -> Outcome:
    """Run a loop item by item where the items matter, otherwise its body once for all of them."""
    visited = machine.evaluate(node.iter)
    stream = iterate(machine, visited, node.iter)
    if visits_groups(machine, stream, node):
        stream = one_by_one(stream)
    begun, before = len(machine.block), _items(visited)
    repeat: Repeat | None = None
    if (
        stream.items is not None
        and worth_unrolling(machine, stream.items, node.body)
        and not (all(map(_is_number, stream.items)) and _trains_on(node))
    ):
        outcome = _unroll(machine, node, stream.items)
    elif (each := _optimizer_or_scheduler(stream)) is not None:
        outcome = _unroll(machine, node, [each])
    elif (split := split_of(machine, node, stream)) is not None:
        repeat = _run_split(machine, node, stream, split)
        outcome = GOES_ON
    else:
        for item in stream.items or ():
            escapes.escape(item, "visited by a loop that is not followed one by one")
        repeat = _run_body(machine, node, stream)
        outcome = GOES_ON
    if _items(visited) != before:
        why = "stepped in a loop over a list that it changes"
        escapes.leave_block_open(machine.block[begun:], why)
    return outcome if node.orelse is None else _run_else(machine, node.orelse, repeat)


def _items(value: AnyValue) -> list[AnyValue]:
    """Return the elements of a list as they are now."""
    return list(value.items or ()) if isinstance(value, ListValue) else []


def _run_body(
    machine: Machine, node: cst.For, stream: Stream, without: cst.If | None = None
) -> Repeat:
    """Interpret the body of a loop for all its iterations, one of its statements left out."""
    name = first_name(node.target) or "i"
    loop = LoopRecord(
        index=machine.index_atom(name),
        trips=stream.trips,
        place=machine.here(node),
        over=stream.text or source_text(machine, node.iter),
        over_loader=stream.over_loader,
        target=name,
        first=_first(node.target, stream),
        without_gradients=machine.without_gradients,
        unbounded=stream.endless,
        drains=True,
    )
    with repeating(machine, loop, node) as repeat:
        element = stream.element(Expr.atom(loop.index))
        assignment.assign(machine, node.target, element, rename=False)
        machine.run_block([one for one in statements_of(node.body) if one is not without])
    return repeat


def _run_split(machine: Machine, node: cst.For, stream: Stream, split: Split) -> Repeat:
    """Interpret a loop up to an iteration, the branch that is taken there, and the rest."""
    assert stream.trips is not None
    _run_body(machine, node, replace(stream, trips=split.at), split.branch)
    assignment.assign(machine, node.target, stream.element(split.at), rename=False)
    machine.run_block(statements_of(split.branch.body))
    for record in split.replaced:
        record.relayed = True  # it is not meant to last to the end
    rest = replace(
        stream,
        trips=stream.trips - split.at,
        element=lambda index: stream.element(index + split.at),
    )
    return _run_body(machine, node, rest, split.branch)


def _is_number(item: AnyValue) -> bool:
    if isinstance(item, ListValue) and item.items:
        return all(map(_is_number, item.items))
    return isinstance(item, Expr)


def _trains_on(node: cst.For) -> bool:
    """Whether a loop over numbers is a batch loop, or an epoch loop: ``for loss in [1.0, 0.5]``.

    A loop that builds an optimizer or a scheduler for each number, or trains for as many epochs, is
    visited number by number.
    """
    inside = list(walk(node.body))
    steps = [
        inner.func.value
        for inner in inside
        if isinstance(inner, cst.Call)
        and isinstance(inner.func, cst.Attribute)
        and inner.func.attr.value == "step"
    ]
    loops = [inner for inner in inside if isinstance(inner, (cst.For, cst.While))]
    if not steps or not loops:
        return bool(steps)
    visited, built = names_in(node.target), assigned_names(node.body)
    headers = (loop.iter if isinstance(loop, cst.For) else loop.test for loop in loops)
    return all(visited.isdisjoint(names_in(header)) for header in headers) and all(
        built.isdisjoint(names_in(owner)) for owner in steps
    )


def _optimizer_or_scheduler(stream: Stream) -> AnyValue | None:
    """Return an element that represents all, where they are optimizers or schedulers.

    ``for scheduler in schedulers: scheduler.step()`` steps each once, however many there are.
    """
    if stream.items is not None or stream.endless:
        return None
    element = stream.element(Expr.const(0))
    parts = element.items if isinstance(element, ListValue) and element.items else [element]
    relevant = any(isinstance(part, (OptimizerValue, SchedulerValue)) for part in parts)
    return element if relevant else None


def _run_else(machine: Machine, orelse: cst.Else, repeat: Repeat | None) -> Outcome:
    """Interpret the ``else`` of a loop, which runs where no ``break`` has ended the loop."""
    breaks = [] if repeat is None else list(_conditions_of_breaks(repeat.body))
    if None in breaks:
        return GOES_ON  # each iteration that is reached breaks
    if not breaks:
        return machine.run_block(statements_of(orelse.body))
    return branches.fork(
        machine,
        any_of(*(condition for condition in breaks if condition is not None)),
        orelse,
        lambda: GOES_ON,
        lambda: machine.run_block(statements_of(orelse.body)),
    )


def _conditions_of_breaks(block: Block) -> Iterator[Condition | None]:
    """Yield the condition of each ``break`` out of the loop around a block; None always holds."""
    for node in block:
        if isinstance(node, Break):
            yield None
        elif isinstance(node, When):
            for inner in _conditions_of_breaks(node.body):
                yield node.condition if inner is None else all_of(node.condition, inner)


def _first(target: cst.CSTNode, stream: Stream) -> Expr | None:
    """Return the first value of the loop variable, if it is a number."""
    if not isinstance(target, cst.Name):
        return None
    value = stream.element(Expr.const(0))
    return value if isinstance(value, Expr) else None


def _unroll(machine: Machine, node: cst.For, items: list[AnyValue]) -> Outcome:
    """Interpret a loop such as ``for phase in ["train", "val"]`` for each element."""
    if not has_own_break(node.body):
        return _visit(machine, node, items)
    # A loop of one iteration around all of them, for the `break` to leave.
    once = LoopRecord(
        index=machine.index_atom("visit"),
        trips=Expr.const(1),
        place=machine.here(node),
        without_gradients=machine.without_gradients,
    )
    with repeating(machine, once, node, carries=False):
        return _visit(machine, node, items)


def _visit(machine: Machine, node: cst.For, items: list[AnyValue]) -> Outcome:
    for item in items:
        assignment.assign(machine, node.target, item, rename=False)
        outcome = machine.run_block(statements_of(node.body))
        if outcome.exit not in (None, Exit.CONTINUE):
            return outcome if outcome.leaves_function else GOES_ON
    return GOES_ON


# -- while ------------------------------------------------------------------------------------


def run_while(machine: Machine, node: cst.While) -> Outcome:
    """Interpret a ``while`` loop; its trip count comes from the counter in its test."""
    loop = LoopRecord(
        index=machine.index_atom("iteration"),
        trips=None,
        place=machine.here(node),
        without_gradients=machine.without_gradients,
        over=machine.unit.code(node.test),
        drains=draws(node.test) or _asks_for_elements(machine, node.test),
    )
    tests: list[Condition] = []
    body = list(statements_of(node.body))
    if (drawn := drawn_until_empty(machine, node)) is not None:
        stream, body = drawn.stream, drawn.body
        loop.trips, loop.over, loop.over_loader = stream.trips, stream.text, stream.over_loader
        loop.unbounded = stream.endless
    with repeating(machine, loop, node, tests=tests) as repeat:
        if drawn is not None:
            element = drawn.stream.element(Expr.atom(loop.index))
            assignment.assign(machine, drawn.target, element, rename=False)
        test = drawn is not None or machine.truth(node.test)
        if machine.block:
            # It is made once more than the body, and the rest of it depends on its first operands.
            escapes.leave_block_open(machine.block, "stepped in the test of a `while` loop")
        if test is False:
            loop.trips = Expr.const(0)
        else:
            if test is not True:
                tests.append(test)
                loop.drains |= Nature.OTHER in natures(test)
            elif drawn is None:
                loop.unbounded = True
            machine.run_block(body)
            if _breaks_both(repeat) and not assigned_names(node.test):  # to test again would count
                loop.unbounded = True
                _break_where_false(machine, node.test)
            elif loop.unbounded or isinstance(node.test, cst.BooleanOperation):
                for operand in _operands(node.test):
                    if isinstance(operand, (cst.Name, cst.UnaryOperation, cst.Attribute)):
                        _break_where_false(machine, operand)
    return GOES_ON if node.orelse is None else _run_else(machine, node.orelse, repeat)


def _asks_for_elements(machine: Machine, test: cst.BaseExpression) -> bool:
    """Whether a test asks if a list has elements: ``while queue``, ``while len(queue) > 0``."""
    return any(
        isinstance(machine.scope.find(name), (ListValue, DictValue)) for name in names_in(test)
    )


def ends_the_outer(machine: Machine) -> bool:
    """Whether a break out of the last loop in a ``while`` ends that, since its test fails.

    As the inner break in ``while step < most: for batch in loader: … if step >= most: break``.
    """
    if len(machine.loops) - machine.frames[-1].loops < 2:
        return False
    outer, inner = (repeat.loop.place.node for repeat in machine.loops[-2:])
    if not isinstance(outer, cst.While) or not isinstance(outer.test, cst.Comparison):
        return False
    if assigned_names(outer.test):
        return False
    if statements_of(outer.body)[-1] is not inner or outer.orelse is not None:
        return False
    test = machine.truth(outer.test)
    return (test if isinstance(test, bool) else machine.assumed(test)) is False


def _breaks_both(repeat: Repeat) -> bool:
    """Whether a break in the last loop of a ``while`` ends both."""
    last = repeat.body[-1] if repeat.body else None
    return isinstance(last, Repeat) and any(
        isinstance(node, Break) and node.levels == 2 for node in nodes_of(last.body)
    )


def _operands(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Yield what must hold together for a ``while`` loop to go on."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _operands(test.left)
        yield from _operands(test.right)
    else:
        yield test


def _break_where_false(machine: Machine, test: cst.BaseExpression) -> None:
    """Add a break to the trace where the body of ``while not done`` has set the flag."""
    after = machine.truth(test)
    if isinstance(after, bool):
        if not after:
            machine.leave_loops(1)
        return
    with machine.guard(negate(after), test):
        machine.leave_loops(1)
