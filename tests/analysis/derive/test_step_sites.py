"""Where something is stepped, and how often."""

from __future__ import annotations

import pytest

from lrlint.analysis.derive.step_sites import steps_of, total
from lrlint.facts import Cadence, StepArgument, StepSite

from .scripts import SETUP, run, text


def sites(script: str) -> list[StepSite]:
    """Return the steps of the scheduler of a script."""
    result = run(script)
    steps = steps_of(result.scheduler, result.built.path, result.located, result.loops)
    return [step.site for step in steps]


def site(condition: str = "", argument: str = "") -> StepSite:
    """Return a step inside an epoch loop and a batch loop."""
    guard = f"if {condition}: " if condition else ""
    (only,) = sites(f"""
for epoch in range(epochs):
    for i, x in enumerate(train_loader):
        optimizer.step()
        {guard}scheduler.step({argument})
""")
    return only


PER_BATCH = "args.epochs * len(train_loader)"


@pytest.mark.parametrize(
    ("condition", "count", "per"),
    [
        ("", PER_BATCH, Cadence.BATCH),
        ("(i + 1) % 4 == 0", "args.epochs * (len(train_loader) // 4)", Cadence.BATCH),
        ("i == 0", "args.epochs", Cadence.EPOCH),
        ("i == len(train_loader) - 1", "args.epochs", Cadence.EPOCH),
        ("i == last", "args.epochs", Cadence.EPOCH),
        ("epoch == 3 and i == 0", "1", Cadence.ONCE),
        ("i < 10", "args.epochs * min(len(train_loader), 10)", Cadence.BATCH),
        ("use_scheduler", None, Cadence.BATCH),
        ("i > epoch", None, Cadence.BATCH),
    ],
)
def test_how_often(condition: str, count: str | None, per: Cadence) -> None:
    step = site(condition)
    assert (text(step.count), step.per) == (count, per)


@pytest.mark.parametrize(("default", "count"), [("x", PER_BATCH), ("y", "0")])
def test_the_defaults_decide(default: str, count: str) -> None:
    (step,) = sites(f"""
import os
flag = os.getenv("A", "{default}") == "x"
for epoch in range(epochs):
    for x in train_loader:
        optimizer.step()
        if flag: scheduler.step()
""")
    assert text(step.count) == count


def test_a_loop_that_a_break_cuts_is_not_counted() -> None:
    (step,) = sites("""
steps = 0
for i in range(100):
    optimizer.step()
    scheduler.step()
    steps += 1
    if steps >= 50: break
""")
    assert step.count is None


def test_loops_around_the_construction_do_not_count() -> None:
    result = run(
        """
for fold in range(5):
    scheduler = StepLR(optimizer, 30)
    for epoch in range(epochs):
        optimizer.step()
        scheduler.step()
""",
        SETUP,
    )
    (step,) = steps_of(result.scheduler, result.built.path, result.located, result.loops)
    assert text(step.site.count) == "args.epochs"
    (update,) = steps_of(result.optimizer, (), result.located, result.loops)
    assert text(update.site.count) == "5 * args.epochs"


def test_a_step_where_the_scheduler_is_not_built() -> None:
    result = run(
        """
if cosine:
    scheduler = StepLR(optimizer, 30)
if not cosine:
    scheduler.step()
if cosine:
    scheduler.step()
""",
        SETUP + "scheduler = None\n",
    )
    (step,) = steps_of(result.scheduler, result.built.path, result.located, result.loops)
    assert (text(step.site.count), step.site.guards) == ("1", ())


def test_the_total_of_steps() -> None:
    script = """
for epoch in range(epochs):
    optimizer.step()
    scheduler.step()
scheduler.step()
"""
    result = run(script)
    steps = steps_of(result.scheduler, result.built.path, result.located, result.loops)
    assert text(total(steps)) == "args.epochs + 1"
    assert text(total([])) == "0"
    unknown = steps[0]._replace(site=sites("if flag: scheduler.step()\n")[0])
    assert total([*steps, unknown]) is None


@pytest.mark.parametrize(
    ("argument", "kind"),
    [
        ("", StepArgument.NOTHING),
        ("None", StepArgument.NOTHING),
        ("epoch", StepArgument.EPOCH),
        ("epoch + i / len(train_loader)", StepArgument.EPOCH),
        ("epoch=value", StepArgument.EPOCH),
        ("self.global_step", StepArgument.EPOCH),
        ("metrics=value", StepArgument.METRIC),
        ("val_loss", StepArgument.METRIC),
        ("results['mAP']", StepArgument.METRIC),
        ("loss.item()", StepArgument.METRIC),
        ("[1, 2]", StepArgument.METRIC),
        ("value", StepArgument.UNKNOWN),
        ("3", StepArgument.UNKNOWN),
        ("val_loss if plateau else acc", StepArgument.METRIC),
        ("val_loss if plateau else epoch", StepArgument.UNKNOWN),
    ],
)
def test_the_argument(argument: str, kind: StepArgument) -> None:
    assert site(argument=argument).argument is kind


def test_how_an_argument_is_computed() -> None:
    (step,) = sites("metric = evaluate(model)\nscheduler.step(metric)\n")
    assert (step.argument_text, step.argument_source) == ("metric", "evaluate(model)")


@pytest.mark.parametrize(
    ("argument", "position"),
    [
        ("epoch", "0"),
        ("epoch + 1", "1"),
        ("epoch - args.warmup", "-args.warmup"),
        ("2 * epoch", None),
        ("value", None),
    ],
)
def test_the_position_of_an_epoch_argument(argument: str, position: str | None) -> None:
    assert text(site(argument=argument).position) == position


def test_a_scaled_step() -> None:
    result = run("scaler = torch.cuda.amp.GradScaler()\nscaler.step(optimizer)\noptimizer.step()\n")
    steps = steps_of(result.optimizer, (), result.located, result.loops)
    assert [step.site.scaled for step in steps] == [True, False]


def test_the_calls_through_which_a_step_is_reached() -> None:
    (step,) = sites("def train():\n    scheduler.step()\n\ntrain()\n")
    assert [place.text for place in step.via] == ["train()"]


@pytest.mark.parametrize(
    ("header", "per"),
    [("for x in val_loader", Cadence.UNKNOWN), ("for fold in range(5)", Cadence.ONCE)],
)
def test_the_cadence_without_an_update(header: str, per: Cadence) -> None:
    (step,) = sites(f"{header}:\n    log()\n    scheduler.step()\n")
    assert step.per is per
