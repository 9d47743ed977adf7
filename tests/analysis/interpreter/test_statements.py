"""Statements: what each kind does to the machine."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, Exit, Outcome
from lrlint.analysis.interpreter.statements import STATEMENTS
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.trace import REMOVES_GROUP, LoopRecord, OptimizerCall, Repeat
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)

from .fake import FakeMachine, flag, number, optimizer, shape


def run(text: str, machine: FakeMachine | None = None, **values: AnyValue) -> FakeMachine:
    """Interpret the first statement of a script; its parts answer as a test says."""
    machine = machine or FakeMachine(text)
    machine.values.update(values)
    node = machine.statements[0]
    machine.outcomes[text] = STATEMENTS[type(node)](machine, node)
    return machine


def names(text: str, **values: AnyValue) -> dict[object, AnyValue]:
    return run(text, **values).scope.store.data


def test_assignments() -> None:
    assert names("x = y = v", v=Const("a")) == {"x": Const("a"), "y": Const("a")}
    assert names("x: int = v", v=Const("a")) == {"x": Const("a")}
    assert names("x: int") == {}
    assert str(names("x = v", v=number(5))["x"]) == "x"
    assert names("x += v", x=number(5), v=number(2))["x"] == number(7)
    mapping = DictValue(Store())
    assert names("x |= v", x=mapping, v=DictValue(Store({"a": number(1)}))) == {}
    assert mapping.store.data == {"a": number(1)}


def test_definitions() -> None:
    assert isinstance(names("def f(): pass")["f"], FunctionValue)
    assert isinstance(names("class C: pass")["C"], ClassValue)
    assert list(names("import torch")) == ["torch"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("break", ENDS),
        ("continue", Outcome(Exit.CONTINUE)),
        ("raise v", Outcome(Exit.RAISE)),
        ("return v", Outcome(Exit.OTHER, leaves_function=True)),
        ("v", GOES_ON),
        ("exit", ENDS),
        ("v; break; x = v", ENDS),
    ],
)
def test_how_statements_end(text: str, outcome: Outcome) -> None:
    machine = run(text, v=number(0), exit=Const(SystemExit))
    assert machine.outcomes[text] == outcome
    assert machine.scope.store.data == {}


def test_a_return_keeps_its_value_and_the_guards_in_the_function() -> None:
    machine = FakeMachine("return v")
    with (
        machine.guard(flag("outside"), machine.statements[0]),
        machine.calling(None) as frame,
        machine.guard(flag("inside"), machine.statements[0]),
    ):
        run("return v", machine, v=number(3))
    assert frame.returns == [([flag("inside")], number(3))]
    assert run("return").frames[-1].returns == [([], NONE)]


@pytest.mark.parametrize(("text", "levels"), [("break", 1), ("return v", 2)])
def test_what_leaves_loops_is_in_the_trace(text: str, levels: int) -> None:
    machine = FakeMachine(text)
    loop = LoopRecord(machine.index_atom("i"), None, machine.here(machine.statements[0]))
    machine.loops += [Repeat(loop, []), Repeat(loop, [])]
    run(text, machine, v=number(3))
    assert shape(machine.trace) == [f"break {levels}"]


def test_global_and_nonlocal() -> None:
    assert run("global a, b").scope.globals_ == {"a", "b"}
    assert run("nonlocal a").scope.nonlocals == {"a"}


def test_deleting() -> None:
    groups = GroupsValue(optimizer(FakeMachine()).record)
    machine = FakeMachine("del opt.param_groups[0]")
    run("", machine, **{"opt.param_groups": groups})
    (event,) = machine.trace
    assert isinstance(event, OptimizerCall)
    assert event.method == REMOVES_GROUP
    settings = DictValue(Store({"lr": number(1)}), setting=True)
    run("del cfg[k]", cfg=settings, k=Const("lr"))
    assert (settings.store.data, settings.complete) == ({}, False)
    items = ListValue([number(1), number(2), number(3)])
    run("del x[k]", x=items, k=number(-1))
    run("del x[:k]", x=items, k=number(1))
    assert items.items == [number(2)]


def test_a_context_without_gradients() -> None:
    machine = FakeMachine("with torch.no_grad() as g:\n    body")
    seen: list[bool] = []
    machine.run = lambda node: seen.append(machine.without_gradients) or GOES_ON
    run("", machine, **{"torch.no_grad()": Opaque("torch.no_grad")})
    assert (seen, machine.without_gradients) == ([True], False)
    assert isinstance(machine.scope.store.data["g"], Opaque)


def test_contexts_are_left_in_reverse() -> None:
    script = "with a, b:\n    body\n\ndef __exit__(self, *_):\n    self.optimizer.step()"
    machine = FakeMachine(script)
    first, second = Instance(None, Store()), Instance(None, Store())
    exits = {id(first): "first", id(second): "second"}
    machine.find_method = lambda owner, name: (
        machine.function(1, receiver=Const(exits[id(owner)])) if name == "__exit__" else None
    )
    run("", machine, a=first, b=second)
    left = [call.receiver.value for call, _ in machine.calls]
    assert left == ["second", "first"]


TRY = "try:\n    body\nexcept E:\n    handler\nelse:\n    rest\nfinally:\n    last"


@pytest.mark.parametrize(("outcome", "ran"), [(GOES_ON, 4), (ENDS, 3)])
def test_a_try_runs_all_its_parts(outcome: Outcome, ran: int) -> None:
    machine = FakeMachine(TRY)
    machine.outcomes["body"] = outcome
    run(TRY, machine)
    assert (
        machine.ran == ["body", "handler", "rest", "last"]
        if ran == 4
        else machine.ran
        == [
            "body",
            "handler",
            "last",
        ]
    )
    assert machine.outcomes[TRY] == outcome


def test_branches_and_loops_are_reached() -> None:
    machine = FakeMachine("if test:\n    body")
    machine.truths["test"] = True
    assert run("", machine).ran == ["body"]
    assert run("for x in v:\n    body", v=Const("ab")).ran == ["body", "body"]
    machine = FakeMachine("while test:\n    body")
    machine.truths["test"] = False
    assert run("", machine).ran == []
    machine = FakeMachine("match v:\n    case x:\n        body", values={"v": number(1)})
    assert run("", machine).ran == ["body"]
