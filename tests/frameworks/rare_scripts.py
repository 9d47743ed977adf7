"""Random small trainings with DeepSpeed, composer, diffusers and pytorch_warmup."""

from __future__ import annotations

import random
from textwrap import indent

from lrlint.formulas.composer_schedules import NAMES

_HEAD = """
import math
import torch
from torch.utils.data import DataLoader, TensorDataset

net = torch.nn.Linear(3, 1)
loader = DataLoader(TensorDataset(torch.randn({rows}, 3)), batch_size={size})
"""
_TORCH = (
    "CosineAnnealingLR(optimizer, T_max={n}, eta_min=1e-4)",
    "StepLR(optimizer, 2, gamma=0.5)",
    "OneCycleLR(optimizer, max_lr=0.3, total_steps={n} + 1)",
    "LinearLR(optimizer, 0.1, total_iters={n})",
)
_CYCLES = (
    ("OneCycle", {"cycle_min_lr": 1e-3, "cycle_max_lr": 0.01}),
    ("OneCycle", {"cycle_min_lr": 1e-3, "cycle_max_lr": 0.01, "cycle_second_step_size": 3}),
    ("OneCycle", {"cycle_min_lr": 0.01, "cycle_max_lr": 0.05, "cycle_first_stair_count": 2}),
    (
        "OneCycle",
        {
            "cycle_min_lr": 1e-3,
            "cycle_max_lr": 0.01,
            "decay_step_size": 2,
            "decay_lr_rate": 0.5,
            "cycle_second_step_size": 2,
            "cycle_momentum": False,
        },
    ),
    ("LRRangeTest", {"lr_range_test_min_lr": 1e-4}),
    ("LRRangeTest", {"lr_range_test_step_rate": 3.0, "lr_range_test_staircase": True}),
)
_WARMUPS = (
    ("WarmupLR", {"warmup_max_lr": 0.01, "warmup_min_lr": 1e-4}),
    ("WarmupLR", {"warmup_type": "linear"}),
    ("WarmupDecayLR", {"total_num_steps": 0}),
    ("WarmupDecayLR", {"total_num_steps": 0, "warmup_max_lr": 0.02, "warmup_type": "linear"}),
    ("WarmupCosineLR", {"total_num_steps": 0}),
    ("WarmupCosineLR", {"total_num_steps": 0, "warmup_min_ratio": 0.1, "cos_min_ratio": 0.01}),
)


def _torch(draw: random.Random, length: int) -> str:
    return "torch.optim.lr_scheduler." + draw.choice(_TORCH).format(n=length)


def deepspeed_script(seed: int) -> str:
    """Return a training whose scheduler is configured, built by a function, or built before."""
    draw = random.Random(seed)
    rows, size, epochs = draw.randint(16, 40), draw.choice([4, 5, 8]), draw.choice([2, 3, 4])
    every = draw.choice([1, 1, 2, 3])
    length = max(epochs * -(-rows // size) // every, 3)
    name, options = draw.choice((*_WARMUPS, *_CYCLES))
    steps = {"OneCycle": "cycle_first_step_size", "LRRangeTest": "lr_range_test_step_size"}
    options = {**options, steps.get(name, "warmup_num_steps"): draw.choice([2, 3, 5])}
    if "total_num_steps" in options:
        options["total_num_steps"] = length
    config: dict[str, object] = {
        "train_micro_batch_size_per_gpu": size,
        "gradient_accumulation_steps": every,
        "zero_allow_untested_optimizer": True,
    }
    built = "optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)\n"
    given = "optimizer=optimizer, "
    how = draw.choice(["configured", "both configured", "built", "function", "own"])
    if "configured" in how:
        config["scheduler"] = {"type": name, "params": options}
    if how == "both configured":
        config["optimizer"] = {"type": "AdamW", "params": {"lr": 3e-3, "torch_adam": True}}
        built, given = "", "model_parameters=net.parameters(), "
    elif how == "built":
        built += f"before = {_torch(draw, length)}\n"
        given += "lr_scheduler=before, "
    elif how == "function":
        built += f"def make(optimizer):\n    return {_torch(draw, length)}\n"
        given += "lr_scheduler=make, "
    elif how == "own":
        keywords = ", ".join(f"{key}={value!r}" for key, value in options.items())
        built += f"from deepspeed.runtime.lr_schedules import {name}\n"
        built += f"before = {name}(optimizer, {keywords})\n"
        given += "lr_scheduler=before, "
    return f"""import deepspeed
{_HEAD.format(rows=rows, size=size)}
{built}
engine, optimizer, _, scheduler = deepspeed.initialize(model=net, {given}config={config!r})
for epoch in range({epochs}):
    for (x,) in loader:
        engine.backward(engine(x).square().mean())
        engine.step()
"""


_COMPOSER = (
    'StepScheduler("{b}ba", gamma=0.5)',
    'MultiStepScheduler(["{b}ba", "1ep", Time(0.7, "dur")], gamma=0.3)',
    'ConstantScheduler(alpha=0.5, t_max="{b}ba")',
    'LinearScheduler(alpha_f=0.1, t_max="{end}")',
    'LinearScheduler(t_max="{b}ba")',
    "ExponentialScheduler(gamma=0.9)",
    'ExponentialScheduler(gamma=0.9, decay_period="{b}ba")',
    "CosineAnnealingScheduler(alpha_f=0.05)",
    'CosineAnnealingScheduler("{b}ba")',
    'CosineAnnealingWarmRestartsScheduler("{b}ba", t_mult=1.5, alpha_f=0.01)',
    'CosineAnnealingWarmRestartsScheduler(t_0=f"{{EPOCHS}}ba")',
    'PolynomialScheduler(power=2, t_max="{end}")',
    'MultiStepWithWarmupScheduler(t_warmup="{b}ba", milestones=["1ep", "0.8dur"])',
    'ConstantWithWarmupScheduler(t_warmup="{b}ba")',
    'LinearWithWarmupScheduler(t_warmup="0.3dur", alpha_f=0.2)',
    'LinearWithWarmupScheduler(t_warmup=Time.from_batch({b}), alpha_i=0.5, t_max="{end}")',
    'CosineAnnealingWithWarmupScheduler(t_warmup="0.35dur", t_max="{end}", alpha_f=0.1)',
    "CosineAnnealingWithWarmupScheduler(t_warmup=Time(1, TimeUnit.EPOCH))",
    'PolynomialWithWarmupScheduler(t_warmup="0ba", power=2.0)',
    'PolynomialWithWarmupScheduler("1ep", 1.5, "{end}", alpha_f=0.1)',
)


def composer_script(seed: int) -> str:
    """Return a training of composer's with a scheduler of torch's or of its own."""
    draw = random.Random(seed)
    rows, size, epochs = draw.randint(12, 40), draw.choice([4, 5, 8]), draw.choice([2, 3, 4])
    batches = epochs * -(-rows // size)
    per_batch = draw.random() < 0.6
    durations = [f'"{epochs}ep"', str(epochs), f'Time({epochs}, "ep")', 'f"{EPOCHS}ep"']
    if per_batch:
        durations += [f'"{batches}ba"', f'"{batches - 2}ba"']
    scheduler = _torch(draw, batches if per_batch else epochs)
    told = f"    step_schedulers_every_batch={per_batch},\n"
    if draw.random() < 0.6:
        end = draw.choice(["1dur", f"{epochs}ep", f"{epochs + 1}ep", f"{batches}ba"])
        scheduler = draw.choice(_COMPOSER).format(b=draw.choice([1, 3, 4]), end=end)
        told = draw.choice(["", "    step_schedulers_every_batch=True,\n"])
        durations += [f'"{batches}ba"', f'"{batches - 2}ba"']
    return f"""from composer import Trainer
from composer.core import Time, TimeUnit
from composer.optim import {", ".join(sorted(NAMES))}
from composer.models import ComposerModel
{_HEAD.format(rows=rows, size=size)}
EPOCHS = {epochs}


class Line(ComposerModel):
    def __init__(self):
        super().__init__()
        self.net = net

    def forward(self, batch):
        return self.net(batch[0])

    def loss(self, outputs, batch):
        return outputs.square().mean()


model = Line()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
trainer = Trainer(
    model=model,
    train_dataloader=loader,
    optimizers=optimizer,
    schedulers={draw.choice(["{}", "[{}]"]).format(scheduler)},
    max_duration={draw.choice(durations)},
{told}    device="cpu",
    progress_bar=False,
)
trainer.fit()
"""


_NAMES = (
    *('"linear"', '"cosine"', '"constant"', '"constant_with_warmup"', '"cosine", num_cycles=1'),
    *('"cosine_with_restarts", num_cycles=2', '"polynomial", power=2.0'),
)
_FUNCTIONS = (
    *("get_linear_schedule_with_warmup", "get_cosine_schedule_with_warmup"),
    *("get_cosine_with_hard_restarts_schedule_with_warmup",),
    "get_polynomial_decay_schedule_with_warmup",
)


def diffusers_script(seed: int) -> str:
    """Return a training in the form of diffusers' examples, with its schedules."""
    draw = random.Random(seed)
    rows, size, epochs = draw.randint(16, 40), draw.choice([4, 5, 8]), draw.choice([2, 3, 4])
    total = draw.choice(["most", "most * every", "17"])
    warmup = draw.choice([0, 2])
    if draw.random() < 0.4:
        call = f"optimization.{draw.choice(_FUNCTIONS)}(optimizer, {warmup}, {total})"
    else:
        name, _, option = draw.choice(_NAMES).partition(", ")
        call = (
            f"optimization.get_scheduler({name}, optimizer=optimizer, num_warmup_steps={warmup},"
            f" num_training_steps={total}, {option})"
        )
    while_loop = draw.random() < 0.4
    ends = "if updates >= most:\n    break"
    body = f"""
    for (x,) in loader:
        with accelerator.accumulate(net):
            accelerator.backward(net(x).square().mean())
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        if accelerator.sync_gradients:
            updates += 1
{indent(ends, " " * (12 if while_loop else 8))}
"""
    loop = "while updates < most:" if while_loop else f"for epoch in range({epochs}):"
    return f"""from accelerate import Accelerator
from diffusers import optimization
{_HEAD.format(rows=rows, size=size)}
every = {draw.choice([1, 2, 3])}
accelerator = Accelerator(cpu=True, gradient_accumulation_steps=every)
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
most = {epochs} * math.ceil(len(loader) / every)
scheduler = {call}
net, optimizer, loader, scheduler = accelerator.prepare(net, optimizer, loader, scheduler)
updates = 0
{loop}{body}"""


_WARMUP_CLASSES = (
    *("LinearWarmup(optimizer, {period})", "ExponentialWarmup(optimizer, warmup_period={period})"),
    *("UntunedLinearWarmup(optimizer)", "UntunedExponentialWarmup(optimizer)"),
    "RAdamWarmup(optimizer)",
)


def warmup_script(seed: int) -> str:
    """Return a training with a warm-up of pytorch_warmup, and a scheduler of torch's or none."""
    draw = random.Random(seed)
    rows, size, epochs = draw.randint(16, 40), draw.choice([4, 5, 8]), draw.choice([2, 3, 4])
    beta = draw.choice([0.7, 0.9, 0.95, 0.999])
    warmup = draw.choice(_WARMUP_CLASSES).format(period=draw.choice([1, 3, 7, "len(loader)"]))
    how = draw.choice(["inside", "inside", "alone", "per epoch", "under a flag", "chained"])
    length = epochs if how == "per epoch" else epochs * -(-rows // size)
    body = {
        "inside": "with warm.dampening():\n    plan.step()",
        "alone": "with warm.dampening():\n    pass",
        "per epoch": "with warm.dampening():\n    if i + 1 == len(loader):\n        plan.step()",
        "under a flag": "if WARM:\n    with warm.dampening():\n        plan.step()",
        "chained": "with warm.dampening():\n    plan.step()\n    after.step()",
    }[how]
    plans = "" if how == "alone" else f"plan = {_torch(draw, length)}\n"
    if how == "chained":
        plans += "after = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)\n"
    return f"""import pytorch_warmup as warmup
{_HEAD.format(rows=rows, size=size)}
WARM = True
optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, betas=(0.5, {beta}))
{plans}warm = warmup.{warmup}
for epoch in range({epochs}):
    for i, (x,) in enumerate(loader):
        net(x).square().mean().backward()
        optimizer.step()
{indent(body, " " * 8)}
"""
