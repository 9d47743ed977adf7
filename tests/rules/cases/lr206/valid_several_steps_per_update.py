# valid: how often it steps in each update is not known
import torch
from helpers import ticks
from torch.optim.lr_scheduler import CosineAnnealingLR


def train(net, loader, k):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=len(loader), eta_min=1e-3)
    for i, batch in enumerate(loader):
        net(batch).mean().backward()
        if (i + 1) % k == 0:
            optimizer.step()
            for _ in ticks():
                scheduler.step()
