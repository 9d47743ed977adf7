"""Scheduler classes of the script: ``predict`` gives the LRs that torch uses, rules judge them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text
from lrlint.predict.forecast import forecast
from lrlint.source import load

from .own_schedulers import script

pytest.importorskip("torch")


@pytest.mark.parametrize("first", range(0, 190, 19))
def test_the_prediction_is_what_torch_uses(first: int, tmp_path: Path) -> None:
    from torch_lrs import used_by

    for seed in range(first, first + 19):
        path = tmp_path / f"train_{seed}.py"
        path.write_text(script(seed))
        found = forecast(load(path)).schedules[-1]
        assert found.prediction.unresolved == [], path.read_text()
        predicted, used = found.prediction.lr, used_by(path.read_text())
        assert predicted is not None
        assert len(predicted) == len(used)
        for ours, theirs in zip(predicted, used, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-18), path.read_text()


TRAINING = """
import math
import torch
from torch.optim.lr_scheduler import LRScheduler

class Own(LRScheduler):
    def __init__(self, optimizer, total, warmup=0, low=1e-3):
        self.total, self.warmup, self.low = total, warmup, low
        super().__init__(optimizer)

    def get_lr(self):
{body}

def train(model, loader, epochs={epochs}):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = Own(optimizer, {arguments})
    for epoch in range(epochs):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
            {batch}
        {epoch}
"""
COSINE = """
        t = self.last_epoch
        if t < self.warmup:
            return [base * (t + 1) / self.warmup for base in self.base_lrs]
        done = (t - self.warmup) / (self.total - self.warmup)
        return [self.low + (base - self.low) * (1 + math.cos(math.pi * done)) / 2
                for base in self.base_lrs]
"""
DROPS = """
        if self.last_epoch < 30:
            return [base for base in self.base_lrs]
        if self.last_epoch < self.total:
            return [base * 0.1 for base in self.base_lrs]
        return [base * 0.01 for base in self.base_lrs]
"""
FORGETFUL = """
        t = self.last_epoch
        if t < self.warmup:
            return [base * (t + 1) / self.warmup for base in self.base_lrs]
        angle = math.pi * (t - self.warmup) / self.total
        return [base * (1 + math.cos(angle)) / 2 for base in self.base_lrs]
"""
FROM_ZERO = """
        return [base * min(1.0, self.last_epoch / self.total) for base in self.base_lrs]
"""
TO_ZERO = """
        return [base * max(0.0, 1 - self.last_epoch / self.total) for base in self.base_lrs]
"""
STAIRS = """
        return [base * 0.1 ** (self.last_epoch // self.total) for base in self.base_lrs]
"""


def codes(body: str, arguments: str, *, per_batch: bool = False, epochs: int = 60) -> set[str]:
    step = "scheduler.step()"
    text = TRAINING.format(
        body=body.strip("\n"),
        arguments=arguments,
        epochs=epochs,
        batch=step if per_batch else "pass",
        epoch="pass" if per_batch else step,
    )
    return {finding.code for finding in lint_text(text).diagnostics}


@pytest.mark.parametrize(
    ("body", "arguments", "per_batch", "code"),
    [
        (COSINE, "30", False, "LR201"),
        (COSINE, "20, 5", False, "LR201"),
        (COSINE, "epochs", True, "LR101"),
        (COSINE, "epochs * len(loader)", False, "LR102"),
        (COSINE, "epochs * len(loader), epochs // 10", True, "LR101"),
        (COSINE, "500, 200", False, "LR210"),
        (COSINE, "60, low=0.5", False, "LR302"),
        (DROPS, "90", False, "LR205"),
        (FORGETFUL, "60, 12", False, "LR204"),
        (FORGETFUL, "epochs, 12", False, "LR204"),
        (FROM_ZERO, "8", False, "LR305"),
        (TO_ZERO, "45", False, "LR305"),
    ],
)
def test_what_is_wrong_is_named(body: str, arguments: str, per_batch: bool, code: str) -> None:
    assert code in codes(body, arguments, per_batch=per_batch)


@pytest.mark.parametrize(
    ("body", "arguments", "per_batch"),
    [
        (COSINE, "epochs", False),
        (COSINE, "60, 5", False),
        (COSINE, "epochs * len(loader)", True),
        (COSINE, "epochs * len(loader), 2 * len(loader)", True),
        (COSINE, "epochs * len(loader), 500", True),
        (DROPS, "50", False),
        (FORGETFUL, "epochs - 12, 12", False),
        (FORGETFUL, "60, 1", False),
        (FROM_ZERO.replace("self.last_epoch", "(self.last_epoch + 1)"), "8", False),
        (FROM_ZERO, "8 * len(loader)", True),
        (TO_ZERO, "60", False),
        (STAIRS, "25", False),
    ],
)
def test_what_is_right_is_not_reported(body: str, arguments: str, per_batch: bool) -> None:
    assert codes(body, arguments, per_batch=per_batch) == set()


@pytest.mark.parametrize(
    "method",
    [
        "def get_lr(self):\n        return [read_lr() for _ in self.base_lrs]",
        "def get_lr(self):\n        return [self.of_optimizer(g) for g in self.base_lrs]",
        "def get_lr(self):\n        return [b * torch.rand(1).item() for b in self.base_lrs]",
    ],
)
def test_what_cannot_be_read_is_open(method: str, tmp_path: Path) -> None:
    text = TRAINING.format(
        body="        return self.base_lrs",
        arguments="9",
        epochs=3,
        batch="pass",
        epoch="scheduler.step()",
    ).replace("def get_lr(self):\n        return self.base_lrs", method)
    path = tmp_path / "train.py"
    path.write_text(text)
    (found,) = forecast(load(path), overrides={"len(loader)": 2}).schedules
    assert found.prediction.unresolved
    assert found.prediction.lr is None


def test_lists_that_a_method_fills_are_its_own() -> None:
    body = dedent(
        """
        rates = []
        for base in self.base_lrs:
            rates.append(base * 0.5 ** (self.last_epoch // 20))
        return rates
        """
    )
    assert codes("\n".join(f"        {line}" for line in body.splitlines()), "60") == set()


def test_what_a_class_inherits_is_judged() -> None:
    text = TRAINING.format(
        body=TO_ZERO.strip("\n"), arguments="45", epochs=60, batch="pass", epoch="scheduler.step()"
    )
    derived = """
class Half(Own):
    def get_lr(self):
        return [0.5 * lr for lr in super().get_lr()]

def train("""
    text = text.replace("\ndef train(", derived).replace("= Own(", "= Half(")
    assert "LR305" in {finding.code for finding in lint_text(text).diagnostics}


@pytest.mark.parametrize(("every", "reported"), [(70, True), (25, False)])
def test_a_class_that_never_changes_the_lr(every: int, reported: bool) -> None:
    text = TRAINING.format(
        body=STAIRS.strip("\n"), arguments=every, epochs=60, batch="pass", epoch="scheduler.step()"
    )
    text = text.replace("range(epochs)", "range(60)")
    assert ("LR703" in {finding.code for finding in lint_text(text).diagnostics}) is reported


def test_arguments_that_are_passed_on_beside_one_of_its_own() -> None:
    text = (
        "import torch\nclass Floor(torch.optim.lr_scheduler.CosineAnnealingLR):\n"
        "    def __init__(self, *args, floor=0.02, **kwargs):\n        self.floor = floor\n"
        "        super().__init__(*args, **kwargs)\n"
        "    def get_lr(self): return [max(self.floor, lr) for lr in super().get_lr()]\n"
        "net = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "sched = Floor(opt, 5, floor=0.03)\nfor e in range(6):\n    opt.step()\n    sched.step()\n"
    )
    from torch_lrs import used_by

    (found,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert found.prediction.raises is None
    assert found.prediction.lr is not None
    assert found.prediction.lr[0] == pytest.approx(used_by(text)[0], rel=1e-12)


def test_defaults_of_a_lambda_by_keyword() -> None:
    text = (
        "import torch\nnet = torch.nn.Linear(1, 1)\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\ndef make():\n"
        "    return lambda epoch, *, k=3: 1 / (1 + k * epoch)\n"
        "sched = torch.optim.lr_scheduler.LambdaLR(opt, make())\nfor e in range(4):\n"
        "    opt.step()\n    sched.step()\n"
    )
    from torch_lrs import used_by

    (found,) = forecast(load(Path("train.py"), data=text.encode())).schedules
    assert found.prediction.lr is not None
    assert found.prediction.lr[0] == pytest.approx(used_by(text)[0], rel=1e-12)


@pytest.mark.parametrize(
    ("base", "arguments"),
    [
        ("CosineAnnealingLR", "14, 0.01"),
        ("StepLR", "5, 0.3"),
        ("PolynomialLR", "11, 2.0"),
        ("LinearLR", "0.9, 0.2, 9"),
    ],
)
def test_the_closed_form_of_a_base_class(base: str, arguments: str, tmp_path: Path) -> None:
    from torch_lrs import used_by

    path = tmp_path / "train.py"
    path.write_text(f"""
import torch
from torch.optim.lr_scheduler import {base}

class Held({base}):
    def get_lr(self):
        if self.last_epoch == 4:
            return [0.7 * rate for rate in self.base_lrs]
        return self._get_closed_form_lr()

optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.3)
plan = Held(optimizer, {arguments})
for _ in range(14):
    optimizer.step()
    plan.step()
""")
    (found,) = forecast(load(path)).schedules
    assert found.prediction.lr is not None
    for ours, theirs in zip(found.prediction.lr, used_by(path.read_text()), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9)


def test_a_closed_form_that_the_base_class_lacks_is_open(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("""
import torch
from torch.optim.lr_scheduler import LambdaLR

class Held(LambdaLR):
    def get_lr(self):
        return self._get_closed_form_lr()

optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.3)
plan = Held(optimizer, lambda step: 0.5**step)
for _ in range(14):
    optimizer.step()
    plan.step()
""")
    (found,) = forecast(load(path)).schedules
    assert found.prediction.lr is None
    assert found.prediction.unresolved
