"""Random scheduler classes, as scripts define them."""

from __future__ import annotations

import random
from textwrap import dedent, indent

SCRIPT = """
import bisect
import math
import warnings
from collections import Counter

import numpy as np
import torch
from torch.optim.lr_scheduler import LRScheduler, _LRScheduler

{cls}

net = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD({groups}, lr=0.1)
scheduler = {call}
for epoch in range({epochs}):
    for x in range({batches}):
        net(torch.ones(1)).backward()
        optimizer.step()
        {batch}
    {epoch}
"""
GROUPS = (
    "net.parameters()",
    "net.parameters()",
    '[{"params": [net.weight]}, {"params": [net.bias], "lr": 0.02}]',
)
AFTER = (
    "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, {})",
    "torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)",
    "None",
)
CLASSES = (
    # warm-up and cosine
    """
    class WarmCosine(LRScheduler):
        def __init__(self, optimizer, total, warmup={w}, low={low}, last_epoch=-1):
            self.total, self.warmup = total, warmup
            self.low = low
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            if self.last_epoch < self.warmup:
                return [base * (self.last_epoch + 1) / self.warmup for base in self.base_lrs]
            done = (self.last_epoch - self.warmup) / max(1, self.total - self.warmup)
            return [
                self.low + (base - self.low) * (1 + math.cos(math.pi * done)) / 2
                for base in self.base_lrs
            ]
    """,
    """
    class Poly(_LRScheduler):
        def __init__(self, optimizer, total, power={p}, last_epoch=-1, min_lr=1e-5):
            self.power = power
            self.total = float(total)
            self.min_lr = min_lr
            super(Poly, self).__init__(optimizer, last_epoch)

        def get_lr(self):
            left = max(1 - self.last_epoch / self.total, 0.0)
            return [max(base * left ** self.power, self.min_lr) for base in self.base_lrs]
    """,
    """
    class Steps(LRScheduler):
        def __init__(self, optimizer, total, marks={marks}, gamma={g}):
            self.marks = sorted(marks)
            self.gamma = gamma
            super().__init__(optimizer)

        def get_lr(self):
            factor = self.gamma ** bisect.bisect_right(self.marks, self.last_epoch)
            lrs = []
            for base in self.base_lrs:
                lrs.append(base * factor)
            return lrs
    """,
    """
    class InverseRoot(LRScheduler):
        def __init__(self, optimizer, total, warmup={w}):
            self.warmup = warmup
            LRScheduler.__init__(self, optimizer)

        def get_lr(self):
            step = self.last_epoch + 1
            scale = min(step ** -0.5, step * self.warmup ** -1.5)
            return [scale * base for base in self.base_lrs]
    """,
    """
    class Noam(_LRScheduler):
        def __init__(self, optimizer, total, model_size={n}, warmup_steps={w}, last_epoch=-1):
            self.model_size = model_size
            self.warmup_steps = warmup_steps
            super().__init__(optimizer, last_epoch)

        def scale(self, step):
            return self.model_size ** -0.5 * min(step ** -0.5, step * self.warmup_steps ** -1.5)

        def get_lr(self):
            factor = self.scale(max(1, self.last_epoch))
            return [base * factor for base in self.base_lrs]
    """,
    """
    class Triangle(LRScheduler):
        def __init__(self, optimizer, total, half={w}, top=0.3):
            self.half = half
            self.top = top
            super().__init__(optimizer)

        def get_lr(self):
            cycle = math.floor(1 + self.last_epoch / (2 * self.half))
            x = abs(self.last_epoch / self.half - 2 * cycle + 1)
            return [base + (self.top - base) * max(0, 1 - x) for base in self.base_lrs]
    """,
    """
    class Restarts(_LRScheduler):
        def __init__(self, optimizer, total, first={w}, mult=2, gamma={g}, last_epoch=-1):
            self.length = first
            self.mult = mult
            self.gamma = gamma
            self.cycle = 0
            self.at = last_epoch
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            if self.at == -1:
                return self.base_lrs
            decayed = [base * self.gamma ** self.cycle for base in self.base_lrs]
            return [b * (1 + math.cos(math.pi * self.at / self.length)) / 2 for b in decayed]

        def step(self, epoch=None):
            self.at += 1
            if self.at >= self.length:
                self.cycle += 1
                self.at -= self.length
                self.length *= self.mult
            self.last_epoch = self.last_epoch + 1
            for group, lr in zip(self.optimizer.param_groups, self.get_lr()):
                group["lr"] = lr
    """,
    """
    class Chained(LRScheduler):
        def __init__(self, optimizer, total, gamma={g}, every={w}):
            self.gamma = gamma
            self.every = every
            super().__init__(optimizer)

        def get_lr(self):
            if self.last_epoch == 0 or self.last_epoch % self.every != 0:
                return [group["lr"] for group in self.optimizer.param_groups]
            return [group["lr"] * self.gamma for group in self.optimizer.param_groups]

        def _get_closed_form_lr(self):
            return [base * self.gamma ** (self.last_epoch // self.every) for base in self.base_lrs]
    """,
    """
    class Numpy(LRScheduler):
        def __init__(self, optimizer, total, low={low}, **options):
            self.total = total
            self.low = low
            super().__init__(optimizer, **options)

        def get_lr(self):
            t = np.clip(self.last_epoch / self.total, 0, 1)
            factor = self.low + (1 - self.low) * 0.5 * (1 + np.cos(np.pi * t))
            return [base * factor for base in self.base_lrs]
    """,
    """
    class Base(_LRScheduler):
        def __init__(self, optimizer, warmup, last_epoch=-1):
            if warmup <= 0:
                raise ValueError("warmup must be positive")
            self.warmup = warmup
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            if not self._get_lr_called_within_step:
                warnings.warn("use get_last_lr()", UserWarning)
            if self.last_epoch < self.warmup:
                return self.warm()
            return self.after(self.last_epoch - self.warmup)

        def warm(self):
            share = (self.last_epoch + 1) / (self.warmup + 1)
            return [share * base for base in self.base_lrs]


    class Linear(Base):
        def __init__(self, optimizer, total, end={low}):
            self.total, self.end = total, end
            super().__init__(optimizer, warmup={w})

        def after(self, t):
            left = self.total - self.warmup
            if t >= left:
                return [self.end] * len(self.base_lrs)
            return [(self.end - base) * t / left + base for base in self.base_lrs]
    """,
    """
    class Milestones(LRScheduler):
        def __init__(self, optimizer, total, milestones={marks}, gamma={g}):
            self.milestones = Counter(milestones)
            self.gamma = gamma
            super().__init__(optimizer)

        @property
        def reached(self):
            return sum(n for mark, n in self.milestones.items() if self.last_epoch >= mark)

        def get_lr(self):
            power = self.reached
            return [base * self.gamma ** power for base in self.base_lrs]
    """,
    """
    class Phases(LRScheduler):
        phases = [({w}, 1.0), ({n}, {g})]

        def __init__(self, optimizer, total):
            self.total = total
            self.start_lrs = [group["lr"] for group in optimizer.param_groups]
            super().__init__(optimizer)

        def factor_of(self, step):
            for until, factor in self.phases:
                if step < until:
                    return factor
            else_factor = 0.1
            while step > self.total:
                step -= self.total
                else_factor *= 0.5
            return else_factor

        def get_lr(self):
            factor = self.factor_of(self.last_epoch)
            return [lr * factor for lr in self.start_lrs]
    """,
    """
    class OfLambda(torch.optim.lr_scheduler.LambdaLR):
        def __init__(self, optimizer, total, warmup={w}):
            def factor(step):
                if step < warmup:
                    return float(step + 1) / float(max(1, warmup))
                return max(0.0, float(total - step) / float(max(1.0, total - warmup)))

            super().__init__(optimizer, factor)
    """,
    """
    class OfMethod(torch.optim.lr_scheduler.LambdaLR):
        def __init__(self, optimizer, total, warmup={w}, last_epoch=-1):
            self.warmup, self.total = warmup, total
            super(OfMethod, self).__init__(optimizer, self.factor, last_epoch=last_epoch)

        def factor(self, step):
            if step < self.warmup:
                return (step + 1) / self.warmup
            done = (step - self.warmup) / max(1, self.total - self.warmup)
            return max(0.0, 0.5 * (1.0 + math.cos(math.pi * done)))
    """,
    # what another schedule gives, changed
    """
    class Floored(torch.optim.lr_scheduler.CosineAnnealingLR):
        def __init__(self, optimizer, total, floor={low}):
            self.floor = floor
            super().__init__(optimizer, T_max=total, eta_min=floor / 2)

        def get_lr(self):
            return [max(self.floor, lr) for lr in super().get_lr()]
    """,
    """
    class Delayed(torch.optim.lr_scheduler.ExponentialLR):
        def __init__(self, optimizer, total, gamma={g}, wait={w}):
            self.wait = wait
            super().__init__(optimizer, gamma)

        def get_lr(self):
            if self.last_epoch <= self.wait:
                return [group["lr"] for group in self.optimizer.param_groups]
            return super().get_lr()
    """,
    """
    class Ramped(torch.optim.lr_scheduler.CosineAnnealingWarmRestarts):
        def __init__(self, optimizer, total, first={w}, ramp=2):
            self.ramp = ramp
            super(Ramped, self).__init__(optimizer, T_0=first, T_mult=2)

        def get_lr(self):
            share = min(1.0, (self.T_cur + 1) / self.ramp)
            return [share * lr for lr in super().get_lr()]
    """,
    """
    class Halved(torch.optim.lr_scheduler.StepLR):
        def __init__(self, optimizer, total, every={w}):
            self.calls = 0
            super().__init__(optimizer, every, gamma={g})

        def step(self, epoch=None):
            self.calls += 1
            super().step()
            if self.calls > {n}:
                for group in self.optimizer.param_groups:
                    group["lr"] *= 0.5
    """,
    # a warm-up that hands over to a schedule that it gets
    """
    class WarmThen(_LRScheduler):
        def __init__(self, optimizer, total, factor={p}, after=None):
            self.factor = factor
            self.length = {w}
            self.after = after
            self.over = False
            super().__init__(optimizer)

        def get_lr(self):
            if self.last_epoch > self.length:
                if self.after:
                    if not self.over:
                        self.after.base_lrs = [base * self.factor for base in self.base_lrs]
                        self.over = True
                    return self.after.get_last_lr()
                return [base * self.factor for base in self.base_lrs]
            return [
                base * (1.0 + (self.factor - 1.0) * self.last_epoch / self.length)
                for base in self.base_lrs
            ]

        def step(self, epoch=None, metrics=None):
            if type(self.after) == torch.optim.lr_scheduler.ReduceLROnPlateau:
                self.follow(metrics, epoch)
            elif self.over and self.after:
                self.after.step(None if epoch is None else epoch - self.length)
                self._last_lr = self.after.get_last_lr()
            else:
                return super().step(epoch)
    """,
)


def script(seed: int) -> str:
    """Return a training with a scheduler of a class of its own."""
    draw = random.Random(seed)
    epochs, batches = draw.randint(6, 14), draw.choice([1, 1, 3])
    per_batch = batches > 1 and draw.random() < 0.6
    steps = epochs * batches if per_batch else epochs
    cls = dedent(CLASSES[seed % len(CLASSES)]).strip()
    values = {
        "w": draw.randint(2, 5),
        "n": draw.randint(6, 9),
        "p": draw.choice([0.9, 1.0, 2]),
        "g": draw.choice([0.1, 0.5, 0.9]),
        "low": draw.choice([0.0, 0.001, 0.01]),
        "marks": draw.choice(["(3, 6)", "[2, 4, 40]", "[5]"]),
    }
    for name, value in values.items():
        cls = cls.replace("{" + name + "}", str(value))
    name = [line for line in cls.splitlines() if line.startswith("class ")][-1]
    name = name.removeprefix("class ").split("(")[0]
    total = draw.choice([steps, steps, steps // 2 + 1, 2 * steps])
    given = draw.choice([f"{total}", f"total={total}"])
    if name == "WarmThen":
        given += f", after={draw.choice(AFTER).format(total)}"
    call = f"{name}(optimizer, {given})"
    return SCRIPT.format(
        cls=cls,
        groups=draw.choice(GROUPS),
        call=call,
        epochs=epochs,
        batches=batches,
        batch="scheduler.step()" if per_batch else "pass",
        epoch="pass" if per_batch else "scheduler.step()",
    )


def nested(text: str) -> str:
    """Return a script whose training is in a function."""
    return "def main():\n" + indent(text, "    ") + "\n\nmain()\n"
