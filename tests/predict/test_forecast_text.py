"""What `lrlint predict` prints of a schedule, line by line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.predict.forecast import forecast
from lrlint.predict.forecast_text import describe
from lrlint.source import load

SCRIPT = """
    import torch
    from torch.optim.lr_scheduler import MultiStepLR

    epochs = 20
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, milestones=[8, 16])
    for epoch in range(epochs):
        for x, y in train_loader:
            optimizer.step()
        scheduler.step()
"""


def lines(text: str = SCRIPT, **overrides: object) -> list[str]:
    source = load(Path("train.py"), data=dedent(text).lstrip().encode())
    set_ = {name.replace("loader", "len(train_loader)"): value for name, value in overrides.items()}
    return [line.rstrip() for line in describe(forecast(source, set_), colour=False)]


def test_facts_and_what_is_unknown() -> None:
    assert lines() == [
        "train.py:6:13  MultiStepLR `scheduler`",
        "  optimizer        SGD `optimizer`, lr = 0.1",
        "  horizon          milestones = 8, 16",
        "  scheduler steps  epochs = 20, once per epoch (line 10)",
        "  optimizer steps  epochs * len(train_loader)",
        "  unknown          len(train_loader)",
        "  Cannot draw the curve: set len(train_loader), for example"
        " --set 'len(train_loader)=100'.",
    ]


def test_a_curve_with_a_table_of_key_steps() -> None:
    found = lines(loader=5)
    assert found[4] == "  optimizer steps  epochs * len(train_loader) = 100"
    table = found.index("        step  LR")
    assert found[table + 1 : table + 5] == [
        "           1  0.1         first step",
        "          41  0.01        drop, × 0.1",
        "          81  0.001       drop, × 0.1",
        "         100  0.001       last step",
    ]
    assert any("⣀⣀⣀" in line for line in found)


def test_a_scheduler_that_is_never_stepped() -> None:
    found = lines(SCRIPT.replace("scheduler.step()", "pass"), loader=5)
    assert "  scheduler steps  never stepped" in found


def test_what_torch_raises_is_said() -> None:
    found = lines(SCRIPT.replace("[8, 16]", "8"), loader=5)
    start = "  raises           TypeError after 0 optimizer steps"
    assert any(line.startswith(start) for line in found)


@pytest.mark.parametrize("text", ["", "import torch\n"])
def test_a_file_without_a_schedule(text: str) -> None:
    assert lines(text) == ["train.py: no learning-rate schedule found"]


def test_an_option_that_builds_the_schedule_is_named() -> None:
    text = """
    import argparse, torch
    parser = argparse.ArgumentParser()
    parser.add_argument("--do_train", action="store_true")
    parser.add_argument("--decay", default="none")
    options = parser.parse_args()
    if {test}:
        sgd = torch.optim.SGD(net.parameters(), lr=0.1)
        drop = torch.optim.lr_scheduler.StepLR(sgd, 3)
        for epoch in range(9):
            sgd.step()
            drop.step()
    """
    found = "train.py: no learning-rate schedule with the defaults; StepLR in line 8 needs"
    flag = text.format(test="options.do_train")
    assert lines(flag) == [f"{found} `options.do_train`: --set options.do_train=1"]
    name = text.format(test="options.decay == 'step'")
    assert lines(name) == [f"{found} `options.decay == 'step'`"]


def test_a_horizon_of_a_law_that_the_script_writes_is_one_number() -> None:
    text = """
    import math, torch
    adam = torch.optim.Adam(net.parameters())
    for epoch in range(10):
        for group in adam.param_groups:
            group["lr"] = 0.1 * 0.5 * (1 + math.cos(math.pi * epoch / 20))
        adam.step()
    """
    assert "  horizon          the decay = 20" in lines(text)


def test_steps_of_a_scaler_may_be_skipped() -> None:
    text = """
        import torch
        optimizer = torch.optim.SGD(weights, lr=0.2)
        decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        scaler = torch.amp.GradScaler()
        for _ in range(6):
            scaler.step(optimizer)
            scaler.update()
            decay.step()
        """
    assert "  optimizer steps  6, if the GradScaler skips none" in lines(text)


def test_a_break_that_data_decides_is_named() -> None:
    text = dedent(SCRIPT) + "    if evaluate(model) < 0.1:\n        break\n"
    end = "  may end early    where a measured value or a callback ends the loop in line 7"
    assert end in lines(text, loader=2)
    assert not any("early" in line for line in lines(loader=2))


@pytest.mark.parametrize(("ends", "early"), [("pass", False), ("c.should_training_stop = 1", True)])
def test_a_callback_that_may_end_the_training_is_named(ends: str, early: bool) -> None:
    text = f"""
        from transformers import Trainer, TrainerCallback, TrainingArguments
        class Watch(TrainerCallback):
            def on_step_end(self, a, s, c, **others): {ends}
        args = TrainingArguments("out", max_steps=9)
        Trainer(net, args, train_dataset=data, callbacks=[Watch()]).train()
    """
    assert any("may end early" in line for line in lines(text)) is early


def test_what_was_not_followed_may_build_a_schedule(tmp_path: Path) -> None:
    body = "    x = x + 1\n" * 9_000
    head = "from torch.optim.lr_scheduler import StepLR\n\ndef build(x):\n"
    (tmp_path / "factory.py").write_text(f"{head}{body}    return StepLR(x)\n")
    script = tmp_path / "train.py"
    script.write_text("from factory import build\n\nscheduler = build(optimizer)\n")
    (line,) = describe(forecast(load(script)), colour=False)
    found, _, reason = line.partition(", but there may be one: ")
    assert found.endswith("train.py: no learning-rate schedule found")
    assert reason.startswith("build() of ")
    assert reason.endswith("factory.py is too large to be followed")
