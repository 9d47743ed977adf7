"""The arguments of a scheduler's constructor, and the horizon among them."""

from __future__ import annotations

import pytest

from lrlint.analysis.derive.scheduler_arguments import (
    arguments_of,
    horizon_of,
    removed_arguments,
)
from lrlint.analysis.model.records import SchedulerRecord
from lrlint.analysis.model.values import ListValue
from lrlint.facts import HANDWRITTEN_COSINE, Unknown
from lrlint.symbolic import Expr, Unit

from .scripts import SETUP, run, text

MORE = "import math\nimport transformers\n"


def record(code: str, before: str = "") -> SchedulerRecord:
    """Return the record of a scheduler that some code builds."""
    return run(f"{before}\nscheduler = {code}\n", SETUP + MORE).scheduler


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("StepLR(optimizer, 30)", "step_size", "30"),
        ("StepLR(optimizer, 30)", "gamma", "0.1"),
        ("CosineAnnealingLR(optimizer, args.epochs)", "T_max", "args.epochs"),
        ("CosineAnnealingLR(optimizer, T_max=n if flag else m)", "T_max", Unknown("")),
        ("ReduceLROnPlateau(optimizer, mode='max')", "mode", "max"),
        ("ReduceLROnPlateau(optimizer, mode=args.mode)", "mode", Unknown("args.mode")),
        ("OneCycleLR(optimizer, 0.1)", "total_steps", None),
    ],
)
def test_a_value(code: str, name: str, value: object) -> None:
    argument = arguments_of(record(code))[name]
    shown = str(argument.value) if isinstance(argument.value, Expr) else argument.value
    assert shown == value


def test_a_list_of_numbers() -> None:
    milestones = arguments_of(record("MultiStepLR(optimizer, [30, 60])"))["milestones"]
    assert [str(number) for number in milestones.numbers or ()] == ["30", "60"]


def test_a_list_that_holds_itself() -> None:
    built = record("MultiStepLR(optimizer, [30])")
    endless = ListValue([])
    assert endless.items is not None
    endless.items.append(endless)
    built.arguments = {"milestones": endless}
    assert "Unknown" in str(arguments_of(built)["milestones"].value)


def test_the_choice_that_the_defaults_lead_to() -> None:
    before = "import os\nn = 10 if os.getenv('A', 'x') == 'x' else 20"
    number = arguments_of(record("CosineAnnealingLR(optimizer, n)", before))["T_max"].number
    assert number is not None
    assert number.value == 10
    assert number.as_number() is None  # it is no more certain than the default


@pytest.mark.parametrize(
    ("name", "explicit", "written"), [("step_size", True, "30"), ("gamma", False, "")]
)
def test_where_an_argument_is_written(name: str, explicit: bool, written: str) -> None:
    argument = arguments_of(record("StepLR(optimizer, 30)"))[name]
    assert (argument.explicit, argument.text) == (explicit, written)


def test_the_numbers_that_a_function_reads() -> None:
    arguments = arguments_of(record("LambdaLR(optimizer, lambda t: t / epochs)"))
    assert {atom.name for atom in arguments["lr_lambda"].reads} == {"args.epochs"}


def test_arguments_that_torch_no_longer_takes() -> None:
    assert set(removed_arguments(record("StepLR(optimizer, 30, verbose=True)"))) == {"verbose"}
    assert not removed_arguments(record("StepLR(optimizer, 30)"))


@pytest.mark.parametrize(
    ("code", "parameter", "length", "unit"),
    [
        ("CosineAnnealingLR(optimizer, args.epochs)", "T_max", "args.epochs", Unit.EPOCH),
        ("CosineAnnealingLR(optimizer, 100)", "T_max", "100", None),
        ("OneCycleLR(optimizer, 1, total_steps=50)", "total_steps", "50", None),
        (
            "OneCycleLR(optimizer, 1, epochs=3, steps_per_epoch=len(loader))",
            "epochs * steps_per_epoch",
            "3 * len(loader)",
            Unit.BATCH,
        ),
        (
            "OneCycleLR(optimizer, 1, epochs=unknown(), steps_per_epoch=3)",
            "epochs * steps_per_epoch",
            None,
            None,
        ),
        ("MultiStepLR(optimizer, [30, 60])", "milestones", "60", None),
        ("MultiStepLR(optimizer, [30, unknown()])", "milestones", None, None),
        (
            "LambdaLR(optimizer, lambda t: 1 + math.cos(math.pi * t / epochs))",
            HANDWRITTEN_COSINE,
            "args.epochs",
            Unit.EPOCH,
        ),
    ],
)
def test_the_horizon(code: str, parameter: str, length: str | None, unit: Unit | None) -> None:
    built = record(code)
    horizon = horizon_of(built, arguments_of(built))
    assert horizon is not None
    assert (horizon.parameter, text(horizon.length), horizon.unit) == (parameter, length, unit)


@pytest.mark.parametrize(
    "code",
    ["ExponentialLR(optimizer, 0.9)", "OneCycleLR(optimizer, 1, epochs=3)", "FancyLR(optimizer)"],
)
def test_no_horizon(code: str) -> None:
    built = record(code)
    assert horizon_of(built, arguments_of(built)) is None
