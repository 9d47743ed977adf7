"""Which rules are on: codes, prefixes, names, and which of them take precedence."""

from __future__ import annotations

import pytest

from lrlint.diagnostics import Severity
from lrlint.errors import UnknownSelector
from lrlint.linter.selection import Catalogue, Layer, override, select
from lrlint.rule import Rule

ERROR, WARNING, ADVICE = Severity.ERROR, Severity.WARNING, Severity.ADVICE


def rule(code: str, name: str, severity: Severity = Severity.ERROR) -> Rule:
    return type(name, (Rule,), {"code": code, "name": name, "severity": severity})()


CATALOGUE = Catalogue(
    [
        rule("LR101", "step-in-batch-loop"),
        rule("LR102", "step-per-epoch"),
        rule("LR201", "t-max-mismatch"),
        rule("LR601", "cosine-with-adaptive-optimizer", ADVICE),
        rule("LR602", "abrupt-decay", ADVICE),
    ]
)


def on(*layers: Layer) -> str:
    return " ".join(sorted(select(CATALOGUE, layers).codes))


def test_everything_is_on_by_default() -> None:
    assert on() == on(Layer()) == "LR101 LR102 LR201 LR601 LR602"


@pytest.mark.parametrize("selector", ["LR101", "lr101", "step-in-batch-loop", " LR101 "])
def test_a_rule_by_code_or_name(selector: str) -> None:
    assert on(Layer(select=(selector,))) == "LR101"


def test_prefixes() -> None:
    assert on(Layer(select=("LR1",))) == "LR101 LR102"
    assert on(Layer(select=("lr",))) == on(Layer(select=("ALL",))) == on()


def test_ignore_takes_away() -> None:
    assert on(Layer(ignore=("LR1", "abrupt-decay"))) == "LR201 LR601"


@pytest.mark.parametrize(
    "layer",
    [Layer(select=("LR101",), ignore=("LR1",)), Layer(select=("LR1",), ignore=("LR102",))],
)
def test_the_narrower_selector_wins(layer: Layer) -> None:
    assert on(layer) == "LR101"


def test_ignore_wins_among_equals() -> None:
    assert on(Layer(select=("LR101", "LR201"), ignore=("LR101",))) == "LR201"


def test_the_command_line_replaces_or_extends_the_configuration() -> None:
    config = Layer(select=("LR2",), ignore=("LR601",))
    assert on(config, Layer()) == "LR201"
    assert on(config, Layer(extend_select=("LR101",))) == "LR101 LR201"
    assert on(config, Layer(select=("LR601",))) == "LR601"
    assert on(config, Layer(ignore=("LR2",))) == ""


def test_rules_that_are_named_may_give_advice() -> None:
    assert select(CATALOGUE, [Layer(select=("LR6",))]).advice == {"LR601", "LR602"}
    assert select(CATALOGUE, [Layer(extend_select=("abrupt-decay",))]).advice == {"LR602"}
    assert select(CATALOGUE, [Layer(select=("ALL",))]).advice == set()


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("LR1O1", "--select: no rule is called 'LR1O1'; did you mean LR101"),
        ("t-max-mismtach", "--select: no rule is called 't-max-mismtach'; did you mean t-max"),
        ("E501", "--select: no rule is called 'E501'"),
        ("", "--select: no rule is called ''"),
    ],
)
def test_unknown_selectors(selector: str, message: str) -> None:
    with pytest.raises(UnknownSelector) as error:
        select(CATALOGUE, [Layer(select=(selector,), origin={"select": "--select"})])
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("own", "reported", "wanted", "result"),
    [
        (ERROR, ERROR, None, ERROR),
        (WARNING, WARNING, ERROR, ERROR),
        (ERROR, ERROR, ADVICE, ADVICE),
        (WARNING, ADVICE, ERROR, ADVICE),  # the rule itself is less sure of this one
        (ERROR, WARNING, ADVICE, ADVICE),
        (WARNING, ERROR, WARNING, WARNING),
    ],
)
def test_severity_overrides(
    own: Severity, reported: Severity, wanted: Severity | None, result: Severity
) -> None:
    assert override(own, reported, wanted) is result
