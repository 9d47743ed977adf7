"""Schedules that scripts write by hand: ``predict`` gives the LR that torch uses at every step."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrlint.predict.forecast import Forecast, forecast
from lrlint.predict.forecast_text import facts
from lrlint.source import load

optimizer = pytest.importorskip("torch.optim.optimizer")

LAWS = (
    # by epoch: a step decay, milestones, elif, a loop over milestones, a polynomial, a warm-up
    "{base} * 0.1 ** ({t} // {k})",
    "{base} * ({g} ** sum({t} >= m for m in {marks}))",
    "{base} * (1 - {t} / ({n} + 1)) ** {p}",
    "{base} * min(1.0, ({t} + 1) / {k})",
    "max({low}, {base} * {g} ** {t})",
    "{base} * math.exp(-{t} / {k})",
    "{low} + 0.5 * ({base} - {low}) * (1 + math.cos(math.pi * {t} / {n}))",
    "{base} if {t} < {k} else {base} * {g}",
    "{base} * np.cos({t} * np.pi / (2 * {n})) ** 2",
    "[{base}, {low}, {base} / 2][{t} % 3]",
    "{base} / math.sqrt(1 + {t})",
)
BODIES = (
    """
    if {t} < {k}:
        return {base} * ({t} + 1) / {k}
    if {t} > {n}:
        return {low}
    done = ({t} - {k}) / max(1, {n} - {k})
    return {low} + 0.5 * (1.0 + math.cos(math.pi * done)) * ({base} - {low})
    """,
    """
    rate = {base}
    if {t} >= 2 * {k}:
        rate = {base} * {g} * {g}
    elif {t} >= {k}:
        rate *= {g}
    return rate
    """,
    """
    rate = {base}
    for mark in {marks}:
        if {t} >= mark:
            rate *= {g}
    return rate
    """,
    """
    rate = {base}
    for mark in {marks}:
        rate *= {g} if {t} >= mark else 1.0
    if {t} < {warm}:
        rate = rate * ({t} + 1) / {warm}
    return rate
    """,
    """
    if {t} % 2 == 0 and {t} > {k}:
        factor = {g}
    else:
        factor = 1.0
    return factor * {base}
    """,
)


@st.composite
def laws(draw: st.DrawFn, counter: str) -> tuple[str, bool]:
    """Return an expression, or the body of a function, and which of them it is."""
    values = {
        "t": counter,
        "base": draw(st.sampled_from(["0.1", "BASE", "args.lr"])),
        "low": draw(st.sampled_from(["1e-4", "0.002"])),
        "g": draw(st.sampled_from(["0.1", "0.5", "args.gamma"])),
        "k": draw(st.sampled_from(["2", "3", "DROP"])),
        "n": draw(st.sampled_from(["8", "args.epochs", "TOTAL"])),
        "p": draw(st.sampled_from(["0.9", "2", "1"])),
        "warm": draw(st.sampled_from(["0", "2", "args.warmup"])),
        "marks": draw(st.sampled_from(["[2, 4]", "(1, 3, 5)", "MARKS"])),
    }
    as_function = draw(st.booleans())
    text = draw(st.sampled_from(BODIES if as_function else LAWS))
    return dedent(text).strip().format(**values), as_function


@st.composite
def scripts(draw: st.DrawFn) -> dict[str, str]:
    """Return a training script that writes its LR, with the module of its helpers if it has one."""
    counter = draw(st.sampled_from(["epoch", "it"]))
    name = draw(st.sampled_from(["t", counter]))
    law, as_function = draw(laws(name))
    in_module = draw(st.booleans())
    helper = draw(st.sampled_from(["value", "write", "inline"]))
    groups = draw(st.sampled_from(["for", "first"]))
    body = law if as_function else f"return {law}"
    write = "for group in optimizer.param_groups:\n    group['lr'] = {value}"
    if groups == "first":
        write = "optimizer.param_groups[0]['lr'] = {value}"
    if helper == "inline" and as_function:
        helper = "value"
    shared = dedent(
        """
        import argparse
        import math
        import numpy as np

        BASE, DROP, TOTAL, MARKS = 0.3, 3, 9, [2, 5]
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.2)
        parser.add_argument("--gamma", type=float, default=0.2)
        parser.add_argument("--epochs", type=int, default=7)
        parser.add_argument("--warmup", type=int, default=0)
        args = parser.parse_args([])
        """
    )
    functions = ""
    if helper == "value":
        functions = f"def get_rate({name}, args):\n" + indent(body, "    ") + "\n"
        call = write.format(value=f"get_rate({counter}, args)")
    elif helper == "write":
        inner = f"def get_rate({name}, args):\n" + indent(body, "    ") + "\n"
        adjust = f"def adjust(optimizer, {name}, args):\n    lr = get_rate({name}, args)\n"
        functions = inner + adjust + indent(write.format(value="lr"), "    ") + "\n"
        call = f"adjust(optimizer, {counter}, args)"
    else:
        given_name = "" if name == counter else f"{name} = {counter}\n"
        call = f"{given_name}rate = {law}\n" + write.format(value="rate")
    files = {}
    if in_module and functions:
        files["helpers.py"] = shared + "\n" + functions
        head = shared + f"\nfrom helpers import {'adjust' if helper == 'write' else 'get_rate'}\n"
    else:
        head = shared + "\n" + functions
    place = "epoch" if counter == "epoch" else "batch"
    loop = draw(st.sampled_from(["for", "while"])) if place == "batch" else "for"
    step = "optimizer.step()"
    build = draw(
        st.sampled_from(
            [
                "torch.optim.SGD(net.parameters(), lr=0.1)",
                "torch.optim.SGD([{'params': net[0].parameters()},"
                " {'params': net[1].parameters(), 'lr': 0.05}], lr=0.1)",
            ]
        )
    )
    model = (
        "import torch\n"
        "net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))\n"
        f"optimizer = {build}\n"
    )
    if place == "epoch":
        train = (
            "for epoch in range(args.epochs):\n"
            + indent(call, "    ")
            + "\n    for batch in range(3):\n        "
            + step
        )
    elif loop == "while":
        train = (
            "it = 0\nwhile it < TOTAL + 3:\n"
            + indent(call, "    ")
            + f"\n    {step}\n    it += 1\n"
        )
    else:
        train = (
            "it = 0\nfor epoch in range(args.epochs):\n    for batch in range(3):\n"
            + indent(call, "        ")
            + f"\n        {step}\n        it += 1\n"
        )
    files["train.py"] = head + "\n" + model + train + "\n"
    return files


def _used(folder: Path) -> list[list[float]]:
    """Run a script with torch; return the LR of each param group at each step."""
    lrs: list[list[float]] = []

    def note(stepped: Any, args: Any, kwargs: Any) -> None:
        for number, group in enumerate(stepped.param_groups):
            if number == len(lrs):
                lrs.append([])
            lrs[number].append(float(group["lr"]))

    handle = optimizer.register_optimizer_step_pre_hook(note)
    sys.path.insert(0, str(folder))
    sys.modules.pop("helpers", None)
    try:
        source = (folder / "train.py").read_text()
        exec(compile(source, "train.py", "exec"), {"__name__": "__main__"})
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("helpers", None)
        handle.remove()
    return lrs


INVERSE_ROOT = """
import numpy as np
import torch


class WarmedUp:
    def __init__(self, inner, width, warmup):
        self.inner, self.warmup, self.count = inner, warmup, 0
        self.scale = np.power(width, -0.5)

    def advance(self):
        self.count += 1
        rates = [np.power(self.count, -0.5), np.power(self.warmup, -1.5) * self.count]
        for group in self.inner.param_groups:
            group["lr"] = self.scale * np.min(rates)
        self.inner.step()


net = torch.nn.Linear(2, 2)
rate = WarmedUp(torch.optim.Adam(net.parameters(), lr=0.001), 64, WARMUP)
for epoch in range(4):
    for batch in range(3):
        rate.advance()
"""


def test_functions_of_settings(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(INVERSE_ROOT.replace("WARMUP", "5"))
    (found,) = _forecasts(tmp_path)
    assert found.prediction.lr == [pytest.approx(rates, rel=1e-12) for rates in _used(tmp_path)]
    script.write_text(INVERSE_ROOT.replace("WARMUP", 'config["warmup"]'))
    (found,) = _forecasts(tmp_path)
    assert found.prediction.unresolved == ['config["warmup"]']


GROUPS = """
import torch

net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
groups = [{"params": net[0].parameters()}, {"params": net[1].parameters()}]
SCALED
sgd = torch.optim.SGD(groups, lr=0.1)
for epoch in range(5):
    rate = 0.1 * (1 - epoch / 5)
    for group in sgd.param_groups:
        if "layer_scale" in group:
            group["lr"] = rate * group["layer_scale"]
        else:
            group["lr"] = rate
    sgd.step()
"""


@pytest.mark.parametrize("scaled", ["", "groups[1]['layer_scale'] = 0.5"])
def test_an_option_that_a_param_group_may_have(tmp_path: Path, scaled: str) -> None:
    (tmp_path / "train.py").write_text(GROUPS.replace("SCALED", scaled))
    (found,) = _forecasts(tmp_path)
    if scaled and found.prediction.unresolved:
        return  # what the option says is not known in a loop
    assert found.prediction.lr == [pytest.approx(rates, rel=1e-12) for rates in _used(tmp_path)]


def test_an_lr_that_each_rollout_lowers(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import torch\n"
        "adam = torch.optim.Adam(torch.nn.Linear(2, 2).parameters(), lr=0.003)\n"
        "rollouts = 500 // 64\n"
        "for rollout in range(1, rollouts + 1):\n"
        "    left = 1.0 - (rollout - 1.0) / rollouts\n"
        "    adam.param_groups[0]['lr'] = left * 0.003\n"
        "    for epoch in range(3):\n"
        "        for start in range(0, 64, 16):\n"
        "            adam.step()\n"
    )
    (found,) = _forecasts(tmp_path)
    assert found.prediction.lr == [pytest.approx(rates, rel=1e-12) for rates in _used(tmp_path)]
    assert dict(facts(found))["LR written"] == "rollouts = 7, in the loop in line 4 (line 6)"


def test_one_of_several_laws_is_listed_and_open(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import math\nfrom torch import nn, optim\nfrom mine import size\n"
        "net = nn.Linear(2, 2)\nadam = optim.Adam(net.parameters(), lr=1e-3)\n"
        "def rate(t):\n"
        "    if size == 0:\n        return 0.0\n"
        "    return 1e-3 * math.exp(-t / 50)\n"
        "for t in range(90):\n"
        "    for group in adam.param_groups:\n        group['lr'] = rate(t)\n"
        "    net.weight.sum().backward()\n    adam.step()\n"
    )
    (found,) = _forecasts(tmp_path)
    assert found.prediction.lr is None
    assert dict(facts(found))["LR written"].startswith("?")


def _forecasts(folder: Path) -> tuple[Forecast, ...]:
    return forecast(load(str(folder / "train.py"))).schedules


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from (tmp_path_factory.mktemp("hand") for _ in range(1))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=scripts())
def test_the_prediction_is_what_torch_uses(folders: Path, files: dict[str, str]) -> None:
    for old in folders.glob("*.py"):
        old.unlink()
    for name, text in files.items():
        (folders / name).write_text(text)
    try:
        used = _used(folders)
    except (ZeroDivisionError, ValueError, TypeError):
        return  # not a law that runs
    (found,) = _forecasts(folders)
    assert not found.prediction.unresolved, files["train.py"]
    assert found.prediction.lr is not None
    for got, expected in zip(found.prediction.lr, used, strict=True):
        assert got == pytest.approx(expected, rel=1e-9), files["train.py"]
