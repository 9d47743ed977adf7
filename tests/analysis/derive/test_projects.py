"""Projects as people write them: schedulers that come in, frameworks' loops, data sets' sizes."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.analysis.derive.training import derive
from lrlint.facts import Schedule
from lrlint.linter.engine import lint_text

from .scripts import run, schedule, text

HEAD = """
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, MultiStepLR, OneCycleLR, StepLR
from torch.utils.data import DataLoader
net = nn.Linear(3, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
"""


def facts(script: str) -> Schedule:
    return schedule(script, HEAD)


def codes(script: str) -> list[str]:
    """Return the codes of all errors and warnings but LR301's."""
    findings = lint_text(dedent(script)).diagnostics
    return [found.code for found in findings if found.code != "LR301"]


# -- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "steps"),
    [
        ("datasets.MNIST('d', download=True)", 600),
        ("datasets.MNIST('d', train=False)", 100),
        ("datasets.SVHN('d', split='test')", 261),
        ("datasets.SVHN('d', split=which())", None),
        ("datasets.FakeData(250)", 3),
        ("datasets.EuroSAT('d')", 270),
        ("Subset(datasets.CIFAR100('d'), range(4000))", 40),
    ],
)
def test_data_sets_of_torchvision_have_sizes(data: str, steps: int | None) -> None:
    found = facts(f"""
from torch.utils.data import Subset
from torchvision import datasets
batches = DataLoader({data}, batch_size=100)
scheduler = StepLR(optimizer, 10)
for batch in batches:
    optimizer.step()
    scheduler.step()
""").steps
    assert found is not None
    assert found.value == steps


def test_a_data_set_that_is_cut_by_hand_has_another_size() -> None:
    found = facts("""
from torchvision import datasets
digits = datasets.MNIST('d')
digits.data = digits.data[:500]
batches = DataLoader(digits, batch_size=100)
scheduler = StepLR(optimizer, 10)
for batch in batches:
    optimizer.step()
    scheduler.step()
""").steps
    assert text(found) == "len(batches)"


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        ("files.append(name)", 35),
        ("files.append(name)\n    files.append(name + '.flip')", 65),
        ("if name in known: files.append(name)", None),
        ("if at > 20: break\n    files.append(name)", None),
        ("files.append(name)\n    files.pop()", None),
    ],
)
def test_a_list_that_a_loop_fills_has_a_length(body: str, steps: int | None) -> None:
    found = facts(f"""
files = ["a", "b", "c", "d", "e"]
for at, name in enumerate(names[:3] if False else range(30)):
    {body}
scheduler = StepLR(optimizer, 10)
for at in range(len(files)):
    optimizer.step()
    scheduler.step()
""").steps
    assert (None if found is None else found.value) == steps


# -- settings at the top --------------------------------------------------------------------------

CHOSEN = """
    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR
    ROUNDS = 40
    {setting}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    if {test}:
        plan = CosineAnnealingLR(optimizer, T_max=ROUNDS, eta_min=1e-3)
    else:
        plan = StepLR(optimizer, 7 * len(train_loader))
    for epoch in range(ROUNDS):
        for batch in train_loader:
            optimizer.step()
            plan.step()
"""


@pytest.mark.parametrize(
    ("setting", "test"),
    [
        ("KIND = 'step'", "KIND == 'cosine'"),
        ("kind = 'step'  # kind = 'cosine'", "kind == 'cosine'"),
        ("SMOOTH = False", "SMOOTH"),
        ("SMOOTH = 0", "SMOOTH"),
        ("SMOOTH = None", "SMOOTH is not None"),
    ],
)
def test_a_constant_at_the_top_decides_no_branch(setting: str, test: str) -> None:
    assert codes(CHOSEN.format(setting=setting, test=test)) == ["LR101"]


@pytest.mark.parametrize(
    ("setting", "test"),
    [
        ("smooth = False", "smooth"),
        ("KIND = 'step'\n    KIND = 'steps'", "KIND == 'cosine'"),
        ("KIND = 'a'\n    for KIND in 'bc': pass", "KIND == 'cosine'"),
    ],
)
def test_a_variable_of_the_script_does(setting: str, test: str) -> None:
    assert codes(CHOSEN.format(setting=setting, test=test)) == []


def test_options_that_a_loop_adds_keep_their_names() -> None:
    found = facts("""
import argparse
parser = argparse.ArgumentParser()
for flag, value in (("--rounds", 9), ("--width", 4)):
    parser.add_argument(flag, type=int, default=value)
args = parser.parse_args()
scheduler = StepLR(optimizer, 10)
for epoch in range(args.rounds):
    optimizer.step()
    scheduler.step()
""").steps
    assert text(found) == "args.rounds"
    assert found is not None
    assert found.value == 9


# -- schedulers that come in ----------------------------------------------------------------------

GIVEN = """
    def work(net, data, opt_g, {name}, rounds):
        optimizer = opt_g
        for epoch in range(rounds):
            {before}
            for batch in data:
                net(batch).backward()
                optimizer.step()
            {after}
"""


def test_a_scheduler_that_comes_in_is_stepped_in_order() -> None:
    script = GIVEN.format(name="scheduler", before="scheduler.step()", after="pass")
    assert codes(script.replace("opt_g", "optim_g")) == ["LR104"]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("scheduler", "pass", "scheduler.step()"),
        ("scheduler", "scheduler.step(epoch)", "pass"),  # it may be timm's
        ("scheduler", "if epoch: scheduler.step()", "pass"),
        ("jobs", "jobs.step()", "pass"),
        ("noise_scheduler", "noise_scheduler.step()", "pass"),
    ],
)
def test_what_may_be_right_is_not_reported(name: str, before: str, after: str) -> None:
    script = GIVEN.format(name=name, before=before, after=after)
    assert codes(script.replace("opt_g", "optim_g")) == []


# -- loops that change their schedulers, and phases -----------------------------------------------


def test_a_loop_that_replaces_its_scheduler_is_two_loops() -> None:
    script = (
        HEAD
        + """
scheduler = MultiStepLR(optimizer, [4])
for round in range(10):
    if round == 6:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
        scheduler = MultiStepLR(optimizer, [2, 9])
    for batch in train_loader:
        optimizer.step()
    scheduler.step()
"""
    )
    assert codes(script) == ["LR205"]
    first, second = (s.steps for s in _schedules(script))
    assert first is None  # it is not meant to last
    assert second is not None
    assert second.value == 4


def _schedules(script: str) -> tuple[Schedule, ...]:
    return derive(run(script, "").trace).schedules


PHASES = """
    import torch
    from torch.optim.lr_scheduler import ExponentialLR
    head = torch.optim.SGD(net.head.parameters(), lr=0.1)
    whole = torch.optim.SGD(net.parameters(), lr=0.01)
    plan = ExponentialLR({driven}, 0.9)
    for epoch in range(12):
        if epoch < 4:
            for batch in train_loader:
                head.step()
            {first}
        else:
            for batch in train_loader:
                whole.step()
            {second}
"""


@pytest.mark.parametrize(
    ("driven", "first", "second", "expected"),
    [
        ("whole", "plan.step()", "pass", ["LR406"]),
        ("head", "pass", "plan.step()", ["LR406"]),
        ("head", "plan.step()", "pass", []),
        ("whole", "plan.step()", "plan.step()", []),
    ],
)
def test_a_scheduler_is_stepped_where_its_optimizer_trains(
    driven: str, first: str, second: str, expected: list[str]
) -> None:
    assert codes(PHASES.format(driven=driven, first=first, second=second)) == expected


# -- lengths that nobody has counted --------------------------------------------------------------


@pytest.mark.parametrize(
    ("each", "expected"),
    [("500", ["LR202"]), ("len(train_loader)", []), ("391", []), ("0", ["LR207"])],
)
def test_a_round_number_of_batches(each: str, expected: list[str]) -> None:
    script = (
        HEAD
        + f"""
def main(rounds):
    plan = OneCycleLR(optimizer, 0.1, epochs=rounds, steps_per_epoch={each})
    for epoch in range(rounds):
        for batch in train_loader:
            optimizer.step()
            plan.step()
"""
    )
    assert codes(script) == expected


# -- states ---------------------------------------------------------------------------------------

KEEPER = """
    import torch
    from torch.optim.lr_scheduler import MultiStepLR

    class Keeper:
        def __init__(self, net, path=None):
            self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
            self.plan = MultiStepLR(self.optimizer, [30, 60])
            self.start_epoch = 0
            if path:
                state = torch.load(path)
                self.optimizer.load_state_dict(state["opt"])
                self.start_epoch = state["epoch"]
                {load}

        def go(self, loader):
            for epoch in range(self.start_epoch, 90):
                for batch in loader:
                    self.optimizer.step()
                self.plan.step()
                state = {{"opt": self.optimizer.state_dict(), "epoch": epoch + 1}}
                {save}
                torch.save(state, "at.pt")
"""


def test_a_class_that_restores_itself_is_all_that_does() -> None:
    bare = KEEPER.format(load="pass", save="pass")
    assert codes(bare) == ["LR209", "LR402"]
    whole = KEEPER.format(
        load='self.plan.load_state_dict(state["plan"])',
        save='state["plan"] = self.plan.state_dict()',
    )
    assert codes(whole) == []


FABRIC = """
    import os
    import torch
    from lightning.fabric import Fabric
    from torch.optim.lr_scheduler import MultiStepLR
    fabric = Fabric()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    plan = MultiStepLR(optimizer, [30, 60])
    net, optimizer = fabric.setup(net, optimizer)
    train_loader = fabric.setup_dataloaders(train_loader)
    everything = {{"net": net, "optimizer": optimizer, "epoch": 0{more}}}
    if os.path.exists("at.ckpt"):
        fabric.load("at.ckpt", everything)
    for epoch in range(everything["epoch"], 90):
        for batch in train_loader:
            fabric.backward(net(batch))
            optimizer.step()
        plan.step()
        everything["epoch"] = epoch + 1
        fabric.save("at.ckpt", everything)
"""


def test_fabric_saves_and_restores_what_is_in_the_dict() -> None:
    assert codes(FABRIC.format(more="")) == ["LR209", "LR402"]
    assert codes(FABRIC.format(more=', "plan": plan')) == []


IGNITE = """
    import torch
    from ignite.engine import Engine, Events
    from ignite.handlers import Checkpoint
    from torch.optim.lr_scheduler import CosineAnnealingLR
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    plan = CosineAnnealingLR(optimizer, T_max={length}, eta_min=1e-3)

    def one_batch(engine, batch):
        net(batch).backward()
        optimizer.step()

    engine = Engine(one_batch)

    @engine.on(Events.{event})
    def decay():
        plan.step()

    engine.run(train_loader, max_epochs=20)
"""


@pytest.mark.parametrize(
    ("event", "length", "expected"),
    [
        ("EPOCH_COMPLETED", "20", []),
        ("ITERATION_COMPLETED", "20 * len(train_loader)", []),
        ("EPOCH_COMPLETED", "20 * len(train_loader)", ["LR102"]),
        ("ITERATION_COMPLETED", "20", ["LR101"]),
        ("ITERATION_COMPLETED(every=3)", "7", []),
    ],
)
def test_an_engine_of_ignite_is_a_loop(event: str, length: str, expected: list[str]) -> None:
    assert codes(IGNITE.format(event=event, length=length)) == expected


WARMUP = """
    import pytorch_warmup
    import torch
    from torch.optim.lr_scheduler import MultiStepLR
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    plan = MultiStepLR(optimizer, [3, 6])
    warm = pytorch_warmup.ExponentialWarmup(optimizer, warmup_period=9)
    for epoch in range(10):
        for batch in train_loader:
            optimizer.step()
            {step}
        plan.step()
"""


def test_a_warmup_that_nobody_advances() -> None:
    assert codes(WARMUP.format(step="pass")) == ["LR103"]
    assert codes(WARMUP.format(step="with warm.dampening(): pass")) == []
