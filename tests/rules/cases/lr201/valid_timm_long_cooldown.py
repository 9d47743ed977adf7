# valid: the factory returns as many epochs, cool-down included
import argparse

import torch
from timm.scheduler import create_scheduler

parser = argparse.ArgumentParser()
parser.add_argument("--sched", default="cosine")
parser.add_argument("--epochs", type=int, default=4)
parser.add_argument("--cooldown-epochs", type=int, default=3)
options = parser.parse_args()
adam = torch.optim.Adam([torch.zeros(1)], lr=0.02)
plan, length = create_scheduler(options, adam)
for epoch in range(length):
    for image in torch.utils.data.DataLoader(range(64), batch_size=4):
        adam.step()
    plan.step(epoch + 1)
