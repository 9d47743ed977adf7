"""The byte test: it says yes to every file that builds or steps an LR scheduler."""

from __future__ import annotations

import pytest

from lrlint.source import mentions_schedule, starts_something

HOLDS = [
    "from torch.optim.lr_scheduler import StepLR",
    "import torch\ns = torch.optim.lr_scheduler.LambdaLR(o, f)",
    "from optim import LambdaLR\ns = LambdaLR(o, f)",
    "s = ReduceLROnPlateau(optimizer)",
    "s = schedule.CosineAnnealingWarmRestarts(o, 10)",
    "from my.lrs import SWALR",
    "name = 'MultiStepLR'",
    "s = get_cosine_schedule_with_warmup(o, 10, 100)",
    "s = get_linear_schedule_with_warmup(\n    o,\n    10, 100)",
    "s = build_scheduler(cfg)",
    "def train(scheduler):\n    scheduler.step()",
    "def train(sched):\n    sched.step()",
    "self.schedulers[0].step()",
    "class Poly(_LRScheduler): ...",
    "lr_policy.step()",
    "warmup.step()",
    "warmup_scheduler.step(epoch)",
    "lrs.step()",
    "LR_SCHED = make(o)\nLR_SCHED.step()",
    "scheduler.step_update(updates)",
    "trainer = Trainer(lr_scheduler_type='cosine')",
    'getattr(self.scheduler, "step")()',
    "s = OneCycleLR(o, 1, total_steps=3)",
    '"source": ["sched = StepLR(opt, 30)\\n"]',
    "from transformer.Optim import ScheduledOptim",
    "from optim import schedules",
    "def fit(optimiser, schedules): ...",
    "for group in opt.param_groups:\n    group['lr'] = 0.1",
    "import torch\noptimizer.lr = 0.1",
]

HOLDS_NOT = [
    "",
    "import tensorflow\noptimizer.lr = 0.1",
    "print('hello')",
    "the task was scheduled for later",
    "class JobSchedule: ...",
    "def schedule(jobs): return optimal(jobs)",
    "# the scheduler is optimized for throughput\nOptimization = True",
    "def reschedule(job): ...",
    "loss.backward()\noptimizer.step()",
    "ALREADY = 1",
    "env.step(action)",
]


@pytest.mark.parametrize("code", HOLDS)
def test_takes_what_may_hold_a_schedule(code: str) -> None:
    assert mentions_schedule(code.encode())


@pytest.mark.parametrize("code", HOLDS_NOT)
def test_leaves_out_what_cannot(code: str) -> None:
    assert not mentions_schedule(code.encode())


@pytest.mark.parametrize(
    "code",
    [
        "from .engine import go\ngo()\n",
        "import engine\n\nif __name__ == '__main__':\n    engine.go()\n",
        "import engine\nfor seed in range(3):\n    engine.go(seed)\n",
        "from engine import train\nhistory = train(3)\n",
        "from engine import train\n@program.command()\ndef fit():\n    train(3)\n",
    ],
)
def test_a_script_may_start_what_it_imports(code: str) -> None:
    assert starts_something(code.encode())


@pytest.mark.parametrize(
    "code",
    ["import engine\n\ndef go():\n    engine.go()\n", "go()\n", "import os\nHERE = os.sep\n"],
)
def test_a_module_of_definitions_starts_nothing(code: str) -> None:
    assert not starts_something(code.encode())
