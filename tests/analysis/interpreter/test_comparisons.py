"""Comparisons: which constants decide, which are conditions, and which exclude each other."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter import comparisons, truths
from lrlint.analysis.interpreter.overrides import Overrides
from lrlint.analysis.model.condition_queries import text_of
from lrlint.analysis.model.conditions import Condition, Divisible, Flag, Relation, natures, negate
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.questions import Nature
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    ListValue,
    Opaque,
    Store,
    Truth,
)
from lrlint.symbolic import Expr, Strength

from .fake import FakeMachine, flag, number, optimizer

SETTING = Const("cosine", Strength.DEFAULT, "args.sched")
NODE = FakeMachine("x").expression()


def equal(left: AnyValue, right: AnyValue, text: str = "x", **overrides: object) -> object:
    machine = FakeMachine(text, overrides=overrides)
    return comparisons.equal(machine, left, right, machine.expression())


def compare(text: str, **values: AnyValue) -> bool | Condition:
    machine = FakeMachine(text, values=values)
    for value in (0, 1, 2, 4):
        machine.values[str(value)] = number(value)
    return comparisons.compare_chain(machine, machine.expression())


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (Const("a"), Const("a"), True),
        (Const("a"), Const("b"), False),
        (number(1), number(1), True),
        (number(1), Const("a"), False),
        (NONE, optimizer(FakeMachine()), False),
        (External("torch.optim.SGD"), External("torch.optim.SGD"), True),
        (External("torch.optim.SGD"), External("torch.optim.Adam"), False),
        (Choice(((flag("a"), Const("x")), (flag("b"), Const("x")))), Const("x"), True),
    ],
)
def test_constants_decide(left: AnyValue, right: AnyValue, expected: bool) -> None:
    assert equal(left, right) is expected
    assert equal(right, left) is expected


def test_a_setting_leans_to_its_default() -> None:
    cosine, step = equal(SETTING, Const("cosine")), equal(Const("step"), SETTING)
    assert isinstance(cosine, Flag)
    assert isinstance(step, Flag)
    assert (cosine.lean, text_of(cosine)) == (True, "args.sched == 'cosine'")
    assert (step.lean, text_of(step)) == (False, "args.sched == 'step'")


def test_two_values_of_one_setting_exclude_each_other() -> None:
    cosine, step = equal(SETTING, Const("cosine")), equal(SETTING, Const("step"))
    other = equal(Const("cosine", Strength.DEFAULT, "args.other"), Const("step"))
    assert isinstance(cosine, Flag)
    assert isinstance(step, Flag)
    assert isinstance(other, Flag)
    assert contradict(cosine, step)
    assert not contradict(cosine, other)


def test_an_unknown_equals_what_the_user_says() -> None:
    name = Opaque("name")
    open_ = equal(name, Const("cosine"), "name == 'cosine'")
    assert isinstance(open_, Flag)
    assert (open_.lean, open_.text) == (None, "name == 'cosine'")
    assert open_ == equal(Const("cosine"), name)
    chosen = equal(name, Const("cosine"), name="cosine")
    assert isinstance(chosen, Flag)
    assert chosen.lean is True


def test_unknowns_of_the_same_name_are_different_questions() -> None:
    assert equal(Opaque("name"), Const("a")) != equal(Opaque("name"), Const("a"))


def test_the_rank_of_a_process() -> None:
    relation = equal(Opaque("rank"), number(0))
    assert isinstance(relation, Relation)
    assert natures(relation) == {Nature.RANK}


def test_too_many_pairs_are_not_compared() -> None:
    many = Choice(tuple((flag(str(i)), Opaque(f"x{i}")) for i in range(5)))
    assert isinstance(equal(many, many), Flag)


@pytest.mark.parametrize(
    ("text", "expected"), [("1 < 2", True), ("1 < 2 <= 0", False), ("2 != 2", False)]
)
def test_numbers_decide(text: str, expected: bool) -> None:
    assert compare(text) is expected


def test_numbers_that_are_not_known_are_a_relation() -> None:
    relation = compare("epoch >= 2", epoch=Opaque("epoch"))
    assert isinstance(relation, Relation)
    assert (str(relation.left), relation.op, relation.right) == ("epoch", ">=", number(2))


def test_a_remainder_is_divisibility() -> None:
    i = Expr.atom(FakeMachine().index_atom("i"))
    every = compare("i % 4 == 0", i=i)
    assert every == Divisible(i, number(4), number(0))
    assert isinstance(every, Divisible)
    assert compare("i % 4 != 0", i=i) == negate(every)
    assert compare("i % 1 == 0", i=i) is True


@pytest.mark.parametrize(
    ("left", "expected"),
    [(NONE, True), (Const("x"), False), (optimizer(FakeMachine()), False), (number(3), False)],
)
def test_what_is_none(left: AnyValue, expected: bool) -> None:
    assert compare("x is y", x=left, y=NONE) is expected
    assert compare("x is not y", x=left, y=NONE) is not expected


def test_whether_a_setting_is_none_is_its_own_question() -> None:
    unset = Const(None, Strength.DEFAULT, "args.resume")
    condition = compare("x is y", x=unset, y=NONE)
    assert isinstance(condition, Flag)
    assert (condition.lean, text_of(condition)) == (True, "args.resume is None")


def test_a_condition_that_is_false() -> None:
    assert compare("x is y", x=Truth(flag("a")), y=Const(False)) == negate(flag("a"))


def test_members_of_lists() -> None:
    names = ListValue([Const("a"), Const("b")])
    assert compare("x in y", x=Const("a"), y=names) is True
    assert compare("x not in y", x=Const("c"), y=names) is True
    assert isinstance(compare("x in y", x=Opaque("n"), y=names), Condition)


def test_members_of_settings_may_be_put_there_later() -> None:
    config = DictValue(Store({"lr": number(1)}), setting=True)
    before = compare("x in y", x=Const("warmup"), y=config)
    config.store.data["warmup"] = number(5)
    after = compare("x in y", x=Const("warmup"), y=config)
    assert isinstance(before, Flag)
    assert isinstance(after, Flag)
    assert (before.lean, after.lean) == (False, True)
    assert before != after
    config.setting = False
    assert compare("x in y", x=Const("warmup"), y=config) is True


def test_parts_of_texts() -> None:
    assert compare("x in y", x=Const("b"), y=Const("abc")) is True
    condition = compare("x in y", x=Const("cos"), y=SETTING)
    assert isinstance(condition, Flag)
    assert condition.lean is True


def test_the_name_of_a_class_needs_no_right_side() -> None:
    machine = FakeMachine("x.__name__ in kinds", values={"x.__name__": Opaque()})
    assert isinstance(comparisons.compare_chain(machine, machine.expression()), Flag)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (number(0), False),
        (number(3), True),
        (Const(""), False),
        (ListValue([]), False),
        (DictValue(Store({"a": number(1)})), True),
        (External("typing.TYPE_CHECKING"), False),
        (External("torch.nn.Linear"), True),
        (optimizer(FakeMachine()), True),
    ],
)
def test_what_counts_as_true(value: AnyValue, expected: bool) -> None:
    assert truths.truthiness(FakeMachine("x"), value, NODE) is expected


def test_the_truth_of_an_unknown() -> None:
    machine = FakeMachine("x")
    value = Opaque("args.fp16")
    condition = truths.truthiness(machine, value, machine.expression())
    assert condition == truths.truthiness(machine, value, machine.expression())
    assert condition != truths.truthiness(machine, Opaque("args.fp16"), machine.expression())
    machine.overrides = Overrides({"args.fp16": True})
    chosen = truths.truthiness(machine, value, machine.expression())
    assert isinstance(chosen, Condition)
    assert chosen.lean is True


@pytest.mark.parametrize(
    ("text", "lean"),
    [
        ("os.path.exists(path)", False),
        ("torch.isfinite(loss)", True),
        ("math.isnan(loss)", False),
        ("x.shape[0] == 1", False),
        ("args.fp16", None),
    ],
)
def test_what_holds_in_an_ordinary_run(text: str, lean: bool | None) -> None:
    machine = FakeMachine(text)
    condition = truths.truthiness(machine, Opaque(), machine.expression())
    assert isinstance(condition, Condition)
    assert condition.lean is lean


def test_a_measured_value_is_a_metric_unless_it_is_a_rank() -> None:
    for text, nature in (("loss", Nature.METRIC), ("dist.get_rank()", Nature.RANK)):
        machine = FakeMachine(text)
        value = Opaque(measured=True)
        condition = truths.truthiness(machine, value, machine.expression())
        assert isinstance(condition, Condition)
        assert natures(condition) == {nature}


def test_a_choice_holds_where_its_alternatives_do() -> None:
    a, b = flag("a"), flag("b")
    value = Choice(((a, Const(True)), (b, Const(False))))
    assert truths.truthiness(FakeMachine("x"), value, NODE) == a
    assert truths.as_value(True) == Const(True)
    assert truths.as_value(a) == Truth(a)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("last is not None", "last is not None"),
        ("mode != 'eval'", "mode != 'eval'"),
        ("key not in found", "key not in found"),
        ("last[0] is not None", "not (last[0] is None)"),
    ],
)
def test_a_condition_is_said_as_it_holds(asked: str, said: str) -> None:
    unknown = {name: Opaque(name) for name in ("last", "last[0]", "mode", "key", "found")}
    condition = compare(asked, **unknown, **{"None": NONE, "'eval'": Const("eval")})
    assert isinstance(condition, Condition)
    assert text_of(condition) == said
