"""Small libraries of one class, which lrlint reads as if the project had a copy, as many have."""

from __future__ import annotations

from typing import Final

SOURCES: Final = {
    "warmup_scheduler": """
from torch.optim.lr_scheduler import ReduceLROnPlateau, _LRScheduler


class GradualWarmupScheduler(_LRScheduler):
    def __init__(self, optimizer, multiplier, total_epoch, after_scheduler=None):
        self.multiplier = multiplier
        self.total_epoch = total_epoch
        self.after_scheduler = after_scheduler
        self.finished = False
        super().__init__(optimizer)

    def get_lr(self):
        peaks = [base_lr * self.multiplier for base_lr in self.base_lrs]
        if self.last_epoch > self.total_epoch:
            if not self.after_scheduler:
                return peaks
            if not self.finished:
                self.after_scheduler.base_lrs = peaks
                self.finished = True
            return self.after_scheduler.get_lr()
        if self.multiplier == 1.0:
            share = float(self.last_epoch) / self.total_epoch
            return [base_lr * share for base_lr in self.base_lrs]
        factor = (self.multiplier - 1.0) * self.last_epoch / self.total_epoch + 1.0
        return [base_lr * factor for base_lr in self.base_lrs]

    def step_ReduceLROnPlateau(self, metrics, epoch=None):
        if epoch is None:
            epoch = self.last_epoch + 1
        self.last_epoch = epoch if epoch != 0 else 1
        if self.last_epoch <= self.total_epoch:
            factor = (self.multiplier - 1.0) * self.last_epoch / self.total_epoch + 1.0
            for group, base_lr in zip(self.optimizer.param_groups, self.base_lrs):
                group["lr"] = base_lr * factor
        else:
            self.after_scheduler.step(metrics, epoch - self.total_epoch)

    def step(self, epoch=None, metrics=None):
        if type(self.after_scheduler) == ReduceLROnPlateau:
            self.step_ReduceLROnPlateau(metrics, epoch)
        elif self.finished and self.after_scheduler:
            if epoch is None:
                self.after_scheduler.step(None)
            else:
                self.after_scheduler.step(epoch - self.total_epoch)
        else:
            super().step(epoch)
""",
}
"""What the classes of a library do, by its module (warmup_scheduler 0.3)."""
