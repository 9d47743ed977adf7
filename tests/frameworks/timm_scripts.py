"""Random small trainings with the schedulers of timm: right ones and wrong ones."""

from __future__ import annotations

import random
from textwrap import indent

_HEAD = """
import argparse
import torch
from timm.scheduler import {names}
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = {epochs}
ACCUMULATE = {accumulate}
data = torch.randn({rows}, 3)
batches = DataLoader(TensorDataset(data, data.sum(1)), batch_size=4)
net = nn.Linear(3, 1)
opt = torch.optim.{optimizer}
"""
_OPTIMIZERS = (
    "SGD(net.parameters(), lr=0.2, momentum=0.9)",
    "AdamW(net.parameters(), lr=1e-3)",
    'SGD([{"params": [net.weight]}, {"params": [net.bias], "lr": 0.05}], lr=0.2)',
    'SGD([{"params": [net.weight], "lr_scale": 0.5}, {"params": [net.bias]}], lr=0.2)',
)
_STEPS = (
    *("sched.step(epoch + 1)", "sched.step(epoch)", "sched.step(epoch=epoch + 1, metric=None)"),
    *("sched.step(epoch + 1, loss.item())", "pass"),
)
_UPDATES = (
    *("sched.step_update(updates)", "sched.step_update(num_updates=updates)"),
    *("sched.step_update(epoch * len(batches) + i)", "sched.step_update(i)"),
    *("sched.step(epoch + i / len(batches))", "sched.step(updates)", "pass"),
)


def _warmup(draw: random.Random, scale: int) -> list[str]:
    given = []
    if draw.random() < 0.6:
        given.append(f"warmup_t={draw.choice([1, 2, 3]) * scale}")
        given.append(f"warmup_lr_init={draw.choice([0.0, 1e-5, 0.01])}")
    if draw.random() < 0.5:
        given.append(f"warmup_prefix={draw.random() < 0.6}")
    return given


def _cycles(draw: random.Random) -> list[str]:
    if draw.random() < 0.6:
        return []
    return [
        f"cycle_limit={draw.choice([1, 2, 3])}",
        f"cycle_mul={draw.choice([1.0, 1.0, 2.0, 1.5])}",
        f"cycle_decay={draw.choice([1.0, 0.5])}",
    ]


def _constructed(draw: random.Random, epochs: int, per_epoch: int) -> tuple[str, str]:
    """Return a call of a class, and its name."""
    in_epochs = draw.random() < 0.6
    scale = 1 if in_epochs else per_epoch
    name = draw.choice(
        ["CosineLRScheduler"] * 4
        + ["PolyLRScheduler", "TanhLRScheduler", "StepLRScheduler", "MultiStepLRScheduler"]
    )
    given = [] if in_epochs else ["t_in_epochs=False"]
    given += _warmup(draw, scale)
    length = max(1, epochs + draw.choice([0, 0, 0, -2, 3])) * scale
    if name == "StepLRScheduler":
        given += [f"decay_t={draw.choice([1, 2, 3]) * scale}", "decay_rate=0.5"]
    elif name == "MultiStepLRScheduler":
        given += [f"decay_t=[{scale}, {3 * scale}]", "decay_rate=0.3"]
    else:
        given += [f"t_initial={length}", f"lr_min={draw.choice([0.0, 1e-4])}", *_cycles(draw)]
        if name == "PolyLRScheduler":
            given.append(f"power={draw.choice([0.5, 1.0, 2.0])}")
        if name != "TanhLRScheduler" and draw.random() < 0.3:
            given.append("k_decay=1.5")
    return f"sched = {name}(opt, {', '.join(given)})", name


def _created(draw: random.Random) -> tuple[str, str]:
    """Return a call of the newer factory, and its name."""
    given = [f'sched="{draw.choice(["cosine", "tanh", "poly", "step", "multistep"])}"']
    given.append("num_epochs=EPOCHS")
    if draw.random() < 0.5:
        given.append(f"warmup_epochs={draw.choice([1, 2])}")
        given.append(f"warmup_prefix={draw.random() < 0.5}")
    if draw.random() < 0.3:
        given.append("cooldown_epochs=2")
    if draw.random() < 0.3:
        given += [f"cycle_limit=2, cycle_mul={draw.choice([1.0, 2.0])}", "cycle_decay=0.5"]
    given.append(draw.choice(["min_lr=1e-4", "decay_rate=0.2", "decay_epochs=2"]))
    given.append("decay_milestones=[2, 4]")
    if draw.random() < 0.5:
        given.append("step_on_epochs=False, updates_per_epoch=-(-len(batches) // ACCUMULATE)")
    target = draw.choice(["sched, num_epochs", "sched, num_epochs", "sched, _"])
    return f"{target} = create_scheduler_v2(opt, {', '.join(given)})", "create_scheduler_v2"


def _from_settings(draw: random.Random) -> tuple[str, str]:
    """Return a call of a factory with the settings of a command line, and what it imports."""
    options = [f'"--sched", default="{draw.choice(["cosine", "step", "poly"])}"']
    options.append('"--epochs", type=int, default=EPOCHS')
    if draw.random() < 0.7:
        options.append(f'"--warmup-epochs", type=int, default={draw.choice([0, 1, 2])}')
    if draw.random() < 0.5:
        options.append('"--warmup-prefix", action="store_true"')
    if draw.random() < 0.5:
        options.append('"--cooldown-epochs", type=int, default=2')
    if draw.random() < 0.5:
        options.append('"--min-lr", type=float, default=1e-5')
    if draw.random() < 0.4:
        options.append('"--sched-on-updates", action="store_true", default=True')
    rows = ["parser = argparse.ArgumentParser()"]
    rows += [f"parser.add_argument({option})" for option in options]
    rows.append("args = parser.parse_args([])")
    if draw.random() < 0.5:
        rows.append("given = scheduler_kwargs(args, decreasing_metric=True)")
        rows.append("given['updates_per_epoch'] = len(batches)")
        rows.append("sched, num_epochs = create_scheduler_v2(opt, **given)")
        return "\n".join(rows), "create_scheduler_v2, scheduler_kwargs"
    rows.append("sched, num_epochs = create_scheduler(args, opt, updates_per_epoch=len(batches))")
    return "\n".join(rows), "create_scheduler"


def timm_script(seed: int) -> str:
    """Return a training script."""
    draw = random.Random(seed)
    epochs, rows = draw.choice([3, 4, 6]), draw.choice([13, 20, 24])
    accumulate = draw.choice([1, 1, 1, 2, 3])
    kind = draw.random()
    if kind < 0.5:
        built, name = _constructed(draw, epochs, -(-rows // 4 // accumulate))
    else:
        built, name = _created(draw) if kind < 0.8 else _from_settings(draw)
    returned = draw.random() < 0.7
    trips = "num_epochs" if "num_epochs" in built.split("=", 1)[0] and returned else "EPOCHS"
    if "\nsched, num_epochs = create_scheduler" in built and returned:
        trips = "num_epochs"
    by_epoch, by_update = draw.choice(_STEPS), draw.choice(_UPDATES)
    start = "" if draw.random() < 0.8 else "sched.step(epoch)\n"
    update = "opt.step()\nopt.zero_grad()\nupdates += 1\n" + by_update + "\n"
    if accumulate > 1:
        update = "if (i + 1) % ACCUMULATE == 0 or i + 1 == len(batches):\n" + indent(update, "    ")
    batch = "loss = nn.functional.mse_loss(net(x).squeeze(1), y)\nloss.backward()\n" + update
    body = f"{start}for i, (x, y) in enumerate(batches):\n{indent(batch, '    ')}{by_epoch}\n"
    loop = f"updates = 0\nfor epoch in range({trips}):\n{indent(body, '    ')}"
    if draw.random() < 0.3:
        loop = loop.replace("epoch in range(", "epoch in range(1, 1 + ").replace(
            "epoch + 1", "epoch"
        )
    if draw.random() < 0.3:
        loop = "sched.step(0)\n" + loop
    head = _HEAD.format(
        names=name,
        epochs=epochs,
        accumulate=accumulate,
        rows=rows,
        optimizer=draw.choice(_OPTIMIZERS),
    )
    return f"{head}{built}\n{loop}"
