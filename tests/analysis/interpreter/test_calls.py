"""Calls of functions, classes, unknowns: arguments, recursion, returns, escapes."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import calls, function_calls
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.outcomes import GOES_ON, Limits
from lrlint.analysis.model.conditions import negate
from lrlint.analysis.model.trace import LoopRecord, Repeat, Save
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionTraits,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
    Scope,
    Store,
    Superclass,
)
from lrlint.symbolic import Expr

from .fake import FakeMachine, NoLibrary, flag, number, optimizer

SCRIPT = """
f(x)

def fit(x):
    body

class Trainer:
    pass
"""


def machine() -> FakeMachine:
    return FakeMachine(SCRIPT)


def call(at: FakeMachine, function: AnyValue, *values: AnyValue) -> AnyValue:
    return calls.call(at, function, Arguments(list(values)), at.expression())


# -- arguments ------------------------------------------------------------------------------------


def test_stars_are_expanded_where_they_are_known() -> None:
    at = FakeMachine("f(a, *b, k=c, **d)")
    at.values.update(
        a=number(1),
        b=ListValue([number(2), number(3)]),
        c=number(4),
        d=DictValue(Store({"m": number(5)})),
    )
    arguments = calls.evaluate_arguments(at, at.expression())
    assert arguments.positional == [number(1), number(2), number(3)]
    assert arguments.keywords == {"k": number(4), "m": number(5)}
    assert not arguments.open
    assert {key: place.text for key, place in arguments.places.items()} == {
        0: "a",
        "k": "c",
        "m": "**d",
    }


@pytest.mark.parametrize("star", ["*b", "**b"])
def test_an_unknown_star_may_pass_anything(star: str) -> None:
    at = FakeMachine(f"f({star})", values={"b": Opaque("b")})
    assert calls.evaluate_arguments(at, at.expression()).open


# -- what is called -------------------------------------------------------------------------------


def test_a_method_is_called_on_each_alternative() -> None:
    receiver = Choice(((flag("a"), Const("x")), (flag("b"), Const("y"))))
    at = FakeMachine("r.step(v)", values={"r": receiver, "v": number(1)})
    calls.evaluate_call(at, at.expression())
    assert at.calls == [("step", Arguments([number(1)], {}, at.calls[0][1].places))] * 2


def test_a_name_is_evaluated_and_called() -> None:
    at = FakeMachine("f(x)", values={"f": Opaque("f"), "x": number(1)})
    at.results[""] = Const("result")
    assert calls.evaluate_call(at, at.expression()) == Const("result")


def test_a_library_function_may_take_its_arguments_unevaluated() -> None:
    at = FakeMachine("isinstance(x, y)", values={"isinstance": External("builtins.isinstance")})
    at.library.call_unevaluated = lambda machine, name, node: Const(name)
    assert calls.evaluate_call(at, at.expression()) == Const("builtins.isinstance")


def test_super_in_a_method() -> None:
    at = FakeMachine("super()\nclass T: pass")
    assert isinstance(calls.evaluate_call(at, at.expression()), Opaque)
    receiver = Opaque("self")
    at.scope.store.data["self"] = receiver
    at.scope.owner = at.class_(1)
    assert calls.evaluate_call(at, at.expression()) == Superclass(receiver, at.scope.owner)


def test_a_function_is_called_through_its_call() -> None:
    at = machine()
    seen: list[list[str]] = []

    def call_function(function: FunctionValue, arguments: Arguments) -> AnyValue:
        seen.append([place.text for place in at.via])
        return Const("result")

    at.call_function = call_function
    assert call(at, at.function(1), number(1)) == Const("result")
    assert (seen, at.via) == ([["f(x)"]], [])


def test_a_partial_adds_its_arguments() -> None:
    at = FakeMachine("f(x, k=y)")
    places = {0: at.here(at.expression().args[0]), "k": at.here(at.expression().args[1])}
    arguments = Arguments([number(3)], {"k": number(4)}, dict(places))
    inner = Opaque("inner")
    partial = Partial(inner, (number(1), number(2)), {"k": number(0), "m": number(5)})
    calls.call(at, partial, arguments, at.expression())
    ((function, merged),) = at.calls
    assert function is inner
    assert merged.positional == [number(1), number(2), number(3)]
    assert merged.keywords == {"k": number(4), "m": number(5)}
    assert merged.places == {2: places[0], "k": places["k"]}


def test_methods_libraries_and_choices() -> None:
    at = machine()
    call(at, Method(Opaque("x"), "step"))
    assert at.calls[-1][0] == "step"
    assert call(at, External("torch.compile")) is not None
    assert isinstance(at.library, NoLibrary)
    assert at.library.called == ["torch.compile"]
    call(at, Choice(((flag("a"), Const("f")), (flag("b"), Const("g")))))
    assert [function for function, _ in at.calls[-2:]] == [Const("f"), Const("g")]


def test_an_object_is_called_by_its_method() -> None:
    at = machine()
    instance = Instance(None, Store())
    at.methods["__call__"] = at.function(1)
    at.results["fit"] = Const("result")
    assert call(at, instance) == Const("result")
    del at.methods["__call__"]
    value = optimizer(at)
    assert isinstance(call(at, instance, value), Opaque)
    assert value.record.escapes is not None


# -- unknown code ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (Opaque("trainer.fit"), "passed to trainer.fit(…)"),
        (Opaque(), "passed to f(…)"),
        (Opaque("logging.info"), None),
        (External("trl.train"), "passed to trl.train(…)"),
        (External("builtins.print"), None),
    ],
)
def test_an_optimizer_escapes_to_unknown_code(function: AnyValue, why: str | None) -> None:
    at, value = machine(), optimizer(machine())
    calls.unknown_call(at, function, Arguments([value]), at.expression())
    assert value.record.escapes == why


def test_a_save_is_recorded() -> None:
    at = machine()
    call(at, Opaque("torch.save"), Opaque(state_of=optimizer(at).record))
    assert isinstance(at.trace[0], Save)


def test_a_function_that_unknown_code_receives_is_called_once() -> None:
    at = machine()
    held = optimizer(at)
    function = at.function(1, receiver=held)
    call(at, Opaque("launch"), function)
    assert at.calls == [(function, Arguments(open=True))]
    assert held.record.escapes == "passed to launch(…)"
    at.called.add(function.node)
    call(at, Opaque("launch"), function)
    assert len(at.calls) == 1


@pytest.mark.parametrize(
    ("path", "in_loop", "measured"),
    [("evaluate", True, True), ("evaluate", False, False), ("parse_args", True, False)],
)
def test_what_unknown_code_returns_in_a_loop_is_measured(
    path: str, in_loop: bool, measured: bool
) -> None:
    at = machine()
    if in_loop:
        place = at.here(at.statements[0])
        at.loops.append(Repeat(LoopRecord(at.index_atom("i"), None, place), []))
    value = call(at, Opaque(path))
    assert isinstance(value, Opaque)
    assert value.measured is measured


# -- functions of the project ---------------------------------------------------------------------


def test_the_body_runs_with_its_parameters_in_a_frame() -> None:
    at = machine()
    seen: list[object] = []

    def run_block(statements: object) -> object:
        seen.append((dict(at.scope.store.data), at.frames[-1].function, at.without_gradients))
        at.frames[-1].returns.append(([], Const("result")))
        return GOES_ON

    at.run_block = run_block
    function = at.function(1, traits=FunctionTraits(without_gradients=True))
    value = function_calls.call_function(at, function, Arguments([number(3)]))
    assert value == Const("result")
    assert seen == [({"x": number(3)}, function.node, True)]
    assert not at.without_gradients
    assert function.node in at.called


def test_a_function_without_a_return_gives_none() -> None:
    at = machine()
    assert function_calls.call_function(at, at.function(1), Arguments()) == NONE
    assert at.ran == ["body"]


def test_a_lambda_gives_its_body() -> None:
    at = FakeMachine("lambda x: body", values={"body": number(3)})
    function = FunctionValue(at.expression(), at.scope)
    assert function_calls.call_function(at, function, Arguments()) == number(3)


def test_a_generator_is_not_run() -> None:
    at = FakeMachine("def batches(loader):\n    for x in loader:\n        yield x")
    at.values["loader"] = ListValue(None, length=number(4))
    value = function_calls.call_function(at, at.function(), Arguments())
    assert type(value).__name__ == "Stream"
    assert at.ran == []


@pytest.mark.parametrize("limit", ["recursion", "depth"])
def test_a_call_that_is_not_followed(limit: str) -> None:
    at = FakeMachine(SCRIPT, limits=Limits(depth=1))
    function, value = at.function(1), optimizer(at)
    with at.calling(function.node), at.calling(function.node if limit == "recursion" else None):
        result = function_calls.call_function(at, function, Arguments([value]))
    assert isinstance(result, Opaque)
    assert value.record.escapes == "passed to a call that is not followed"
    assert at.ran == []


def test_functions_among_the_arguments_are_noted() -> None:
    at = machine()
    function, method = at.function(1), Method(Opaque(), "step")
    function_calls.call_function(
        at, at.function(1), Arguments([function, number(1)], {"m": method})
    )
    assert at.passed == [function, method]


def test_a_cached_function_runs_once() -> None:
    at = machine()
    function = at.function(1, traits=FunctionTraits(memory=Store()))
    function_calls.call_function(at, function, Arguments([number(1)]))
    function_calls.call_function(at, function, Arguments([number(1)]))
    assert at.ran == ["body"]


def test_a_call_into_another_module_has_a_share_of_the_budget() -> None:
    at, other = machine(), machine()
    function = FunctionValue(other.statements[1], Scope(Store(), other.unit))
    at.run_block = lambda statements: [at.spend() for _ in range(20_000)] and GOES_ON
    function_calls.call_function(at, function, Arguments())
    assert len(at.undecided) == 1


# -- returns --------------------------------------------------------------------------------------

A, B = flag("a"), flag("b")


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ([([A], Const("x"))], Const("x")),
        ([([A], Const("x")), ([], Const("y"))], Choice(((A, Const("x")), (negate(A), Const("y"))))),
        ([([], Const("x")), ([], Const("y"))], Const("x")),
        ([([A], Const("x")), ([B], Const("y"))], Choice(((A, Const("x")), (B, Const("y"))))),
    ],
)
def test_the_values_of_returns(returns: object, expected: AnyValue) -> None:
    at = machine()

    def run_block(statements: object) -> object:
        at.frames[-1].returns.extend(returns)
        return GOES_ON

    at.run_block = run_block
    assert function_calls.call_function(at, at.function(1), Arguments()) == expected


def test_numbers_of_returns_are_one_number() -> None:
    at = machine()
    full = flag("full", default=True)

    def run_block(statements: object) -> object:
        at.frames[-1].returns.extend([([full], number(90)), ([negate(full)], number(3))])
        return GOES_ON

    at.run_block = run_block
    value = function_calls.call_function(at, at.function(1), Arguments())
    assert isinstance(value, Expr)
    assert value.value == 90


# -- classes --------------------------------------------------------------------------------------


def test_an_object_is_constructed() -> None:
    at = machine()
    at.methods["__init__"] = at.function(1)
    cls = at.class_(2)
    instance = call(at, cls, number(1))
    assert isinstance(instance, Instance)
    assert (instance.cls, instance.open, at.instances) == (cls, False, [instance])
    assert at.calls == [(at.methods["__init__"], Arguments([number(1)]))]


def test_a_library_may_construct_it() -> None:
    at = machine()
    at.library.construct = lambda machine, cls, arguments, node: Const(cls.name)
    assert call(at, at.class_(2)) == Const("Trainer")
    assert at.instances == []


def test_what_an_unseen_constructor_receives_escapes() -> None:
    at, value = machine(), optimizer(machine())
    instance = call(at, at.class_(2, External("lightning.Trainer")), value)
    assert isinstance(instance, Instance)
    assert instance.open
    assert value.record.escapes == "passed to Trainer(…)"
