"""Optimizer and schedule of the training in main.py."""

import torch
from torch.optim import lr_scheduler


def build_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def build_scheduler(optimizer, epochs, steps_per_epoch):
    """Cosine annealing over the whole training, counted in batches."""
    total_steps = epochs * steps_per_epoch
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=total_steps, eta_min=0.001)
