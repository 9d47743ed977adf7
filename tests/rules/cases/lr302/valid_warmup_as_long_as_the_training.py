# valid: The ramp lasts for the whole training (LR210): the cosine behind it is never in force.
import math

import torch

def rate(epoch):
    if epoch < 50:
        return 2e-3 * (epoch + 1) / 50
    return 1e-6 + (2e-3 - 1e-6) * (1 + math.cos(math.pi * (epoch - 5) / 35)) / 2

def main(net, loader):
    opt = torch.optim.SGD(net.parameters(), lr=2e-3)
    for epoch in range(40):
        for group in opt.param_groups:
            group["lr"] = rate(epoch)
        for x, y in loader:
            net(x, y).backward()
            opt.step()
