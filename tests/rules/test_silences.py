"""Why a rule that meets its subject reports nothing, and which rule reports the defect instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_cases import RULES

from lrlint.linter.engine import Stdin, lint
from lrlint.linter.settings import Settings
from lrlint.snippets import training

STEP = "scheduler.step()"
COSINE = "scheduler = CosineAnnealingLR(optimizer, T_max={})"
PLAIN = COSINE.format("epochs")


def silences(script: str) -> list[str]:
    """Return what is not reported and why, as ``LR301: reason (see LR101)``."""
    report = lint(
        ["-"], Settings(pedantic=True), stdin=Stdin(script.encode(), Path("s.py")), explain=True
    )
    assert report.problems == ()
    lines = (line.split(": ", 2) for line in report.unreported)
    return [f"{rule.split()[0]}: {reason}" for _, rule, reason in lines]


def per_epoch(setup: str, **others: object) -> str:
    return training(setup, epoch=STEP, **others)  # type: ignore[arg-type]


def per_batch(setup: str, **others: object) -> str:
    return training(setup, batch=STEP, **others)  # type: ignore[arg-type]


ANNEALED = "scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)"
RESTARTS = "scheduler = CosineAnnealingWarmRestarts(optimizer, T_0={}, eta_min=1e-3)"
SEQUENCE = """
warmup = LinearLR(optimizer, start_factor=0.1, total_iters={ramp})
cosine = CosineAnnealingLR(optimizer, T_max={length}, eta_min=1e-3)
scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
"""


@pytest.mark.parametrize(
    "script",
    [
        per_epoch(ANNEALED),
        per_epoch("scheduler = StepLR(optimizer, step_size=30)", epochs=90),
        per_epoch("scheduler = MultiStepLR(optimizer, milestones=[30, 60], gamma=0.2)", epochs=90),
        per_batch("scheduler = OneCycleLR(optimizer, 0.1, epochs * len(train_loader))"),
        per_epoch(SEQUENCE.format(ramp=5, length=95), epochs=100),
        per_epoch(RESTARTS.format(10), epochs=30),
    ],
    ids=["cosine", "steps", "milestones", "one cycle", "sequence", "restarts"],
)
def test_nothing_is_said_of_a_right_script(script: str) -> None:
    assert silences(script) == []


# -- reasons that several rules share


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (
            training(PLAIN),
            "LR201: its step() is never called (see LR103)",
        ),
        (
            per_epoch(COSINE.format(20), batch=STEP, epochs=20),
            "LR201: it is stepped twice per epoch (see LR105)",
        ),
        (
            per_batch(COSINE.format(50), epochs=50),
            "LR201: T_max=50 epochs, but step() runs per batch (see LR101)",
        ),
        (
            per_epoch(COSINE.format("epochs * len(train_loader)")),
            "LR201: T_max=epochs * len(train_loader) counts batches, but step() runs per epoch"
            " (see LR102)",
        ),
        (
            per_epoch("scheduler = CosineAnnealingLR(optimizer, 9, **more)", parameters="more"),
            "LR301: some of its arguments are not known, as **kwargs",
        ),
        (
            training(
                "",
                before="scheduler = CosineAnnealingLR(optimizer, len(train_loader))",
                batch=STEP,
            ),
            "LR201: a new scheduler is built in every epoch (see LR409)",
        ),
        (
            training(
                "optimizer = SGD(model.parameters(), lr=0.1)\n"
                "scheduler = CosineAnnealingLR(optimizer, 9)\n"
                "return scheduler",
                epochs=None,
                batches=None,
            ),
            "LR201: no call of its step() is found: it is returned by train()",
        ),
        (
            per_epoch(
                "optimizer = SGD(model.parameters(), lr=0.1)\n"
                "scheduler = CosineAnnealingLR(optimizer, 2 * epochs)\n"
                "scheduler.last_epoch = start",
                parameters="start",
            ),
            "LR201: `last_epoch =` sets its position",
        ),
        (
            training(COSINE.format("T"), batch="scheduler.step(loss)", parameters="T, loss"),
            "LR305: step(loss) sets its position",
        ),
    ],
)
def test_a_shared_reason_names_the_rule_that_reports_it(script: str, line: str) -> None:
    assert line in silences(script)


# -- reasons of one rule each


@pytest.mark.parametrize(
    ("script", "line"),
    [
        # LR103
        (
            training(ANNEALED, after="return scheduler"),
            "LR103: it may be stepped elsewhere: it is returned by train()",
        ),
        (
            training(ANNEALED, update="model(x, y).backward()"),
            "LR103: no step() of its optimizer is found either",
        ),
        (
            training("import warm\nscheduler = warm.CosineWarmupRestartsLR(optimizer, 9)"),
            "LR103: lrlint does not know this class",
        ),
        # LR104
        (
            training(
                "scheduler = ReduceLROnPlateau(optimizer)", before="scheduler.step(test(model))"
            ),
            "LR104: it follows a metric",
        ),
        (
            training(
                "scheduler = LambdaLR(optimizer, factor)",
                update=STEP + "\nmodel(x, y).backward()\noptimizer.step()",
                parameters="factor",
            ),
            "LR104: its first LR may be 0, of which nothing is lost",
        ),
        # LR106
        (
            training(
                "scheduler = ReduceLROnPlateau(optimizer)",
                epoch="try:\n    scheduler.step()\nexcept TypeError:\n    scheduler.step(loss)",
            ),
            "LR106: another call is made where this one fails",
        ),
        # LR112
        (
            training(
                "scheduler = ExponentialLR(optimizer, 0.5)\nbest = 9",
                epoch="loss = test(model)\nif loss < best:\n    scheduler.step()",
            ),
            "LR112: each step of ExponentialLR is a decay",
        ),
        # LR114
        (
            training(
                "scheduler = ReduceLROnPlateau(optimizer)",
                epoch="if a:\n    scheduler.step(accuracy)\nelse:\n    scheduler.step(loss)",
                parameters="a, accuracy, loss",
            ),
            "LR114: another step() is given a metric that fits the mode",
        ),
        # LR201
        (
            per_epoch(COSINE.format("T"), parameters="T"),
            "LR201: whether T_max = T fits epochs steps is not known",
        ),
        (
            training(COSINE.format(100), epochs=100, epoch="if epoch >= 10:\n    scheduler.step()"),
            "LR201: its steps leave out a warm-up of 10 (see LR204)",
        ),
        (per_epoch(COSINE.format(0), epochs=9), "LR201: T_max is 0 (see LR207)"),
        # LR203
        (
            per_epoch(RESTARTS.format("T"), parameters="T"),
            "LR203: how many cycles of T_0 = T there are in epochs steps is not known",
        ),
        (
            per_epoch(
                "scheduler = CosineAnnealingWarmRestarts(optimizer, 10, m, 1e-3)", parameters="m"
            ),
            "LR203: T_mult is not known to be a whole number",
        ),
        # LR204
        (
            per_epoch(SEQUENCE.format(ramp=5, length=95)),
            "LR204: whether T_max = 95 fits the epochs - 5 steps after the warm-up is not known",
        ),
        # LR205
        (
            per_epoch("scheduler = StepLR(optimizer, step_size=30)"),
            "LR205: whether step_size 30 is reached in epochs steps is not known",
        ),
        (
            per_epoch("scheduler = LinearLR(optimizer, 0.1, total_iters=30)", epochs=10),
            "LR205: it is a warm-up (see LR210)",
        ),
        # LR207
        (
            per_epoch(COSINE.format("90.5"), epochs=90),
            "LR207: a fraction of a step makes no difference to a cosine",
        ),
        (
            per_epoch("scheduler = LinearLR(optimizer, 1.0, 0.1, total_iters=9.5)", epochs=10),
            "LR207: a ramp gets within a step of its end",
        ),
        # LR210
        (
            per_epoch("scheduler = LinearLR(optimizer, 0.1, total_iters=n)", parameters="n"),
            "LR210: whether epochs steps are enough for a warm-up of n is not known",
        ),
        (
            per_epoch(
                "from transformers import get_linear_schedule_with_warmup as linear\n"
                "scheduler = linear(optimizer, 100, n)",
                epochs=192,
                parameters="n",
            ),
            "LR210: whether n steps are enough for a warm-up of 100 is not known",
        ),
        # LR301
        (
            training(
                COSINE.format(100),
                epoch="if ready(model):\n    scheduler.step()",
                parameters="ready",
            ),
            "LR301: how often it is stepped depends on `ready(model)`",
        ),
        # LR302
        (
            per_epoch("optimizer = SGD(model.parameters(), lr=lr)\n" + ANNEALED, parameters="lr"),
            "LR302: whether eta_min = 0.001 is below the LR is not known",
        ),
        # LR305
        (per_epoch(PLAIN), "LR305: eta_min is left at 0 (see LR301)"),
        (
            per_epoch("scheduler = PolynomialLR(optimizer, total_iters=T)", parameters="T"),
            "LR305: whether total_iters = T is over before epochs steps is not known",
        ),
        (
            per_epoch("scheduler = CosineAnnealingLR(optimizer, 50, eta_min=0)", epochs=100),
            "LR305: it goes on after 50 steps, at its minimum (see LR201)",
        ),
        # LR404
        (
            per_epoch(
                "scheduler = StepLR(optimizer, 30)",
                before="if model.late():\n    optimizer.param_groups[0]['lr'] = 0.01",
            ),
            "LR404: StepLR goes on from what is written",
        ),
        (
            per_epoch(
                "scheduler = LambdaLR(optimizer, lambda n: 0.9**n)",
                before="if epoch < 5:\n    optimizer.param_groups[0]['lr'] = 0.01",
            ),
            "LR404: it is written in a warm-up, or where a setting says so",
        ),
        (
            per_epoch(
                "scheduler = LambdaLR(optimizer, lambda n: 0.9**n)",
                before="optimizer.param_groups[0]['lr'] *= 0.5",
            ),
            "LR404: it is computed from the LR in use",
        ),
        # LR405
        (
            training(
                "import warm\nscheduler = warm.CosineWarmupRestartsLR(optimizer, 9)",
                epoch="scheduler.step(epoch)\nprint(scheduler.get_lr())",
            ),
            "LR405: what this scheduler does to the LR is not known",
        ),
        # LR409
        (
            training(
                "",
                before="scheduler = OneCycleLR(optimizer, 0.1, len(train_loader))",
                batch=STEP,
            ),
            "LR409: each of them starts at the base LR and is as long as it runs",
        ),
        # LR601
        (
            training(
                "optimizer = Adam(model.parameters())\n" + ANNEALED,
                epoch="if epoch >= 5:\n    scheduler.step()",
            ),
            "LR601: a warm-up may come before it",
        ),
    ],
)
def test_a_rule_says_why_it_reports_nothing(script: str, line: str) -> None:
    assert line in silences(script)


# -- the tables


def test_owners_are_rules_and_reasons_are_no_sentences() -> None:
    codes = {rule.code for rule in RULES}
    rows = [row for rule in RULES for row in rule.exclusions]
    assert rows
    for row in rows:
        assert row.owner is None or row.owner in codes
        assert not isinstance(row.reason, str) or not row.reason.endswith(".")


def test_a_rule_does_not_refer_to_itself() -> None:
    for rule in RULES:
        assert rule.code not in {row.owner for row in rule.exclusions}
