# invalid: However many batches an epoch has, the cosine goes up to its "lowest" LR.
# at: group["lr"] = lowest + (peak - lowest) * (1 + math.cos(math.pi * done / 30)) / 2
# says: raises the LR, from 0.002 to 0.01
import math

import torch

def main(net, loader):
    peak, lowest = 2e-3, 1e-2
    opt = torch.optim.SGD(net.parameters(), lr=peak)
    for epoch in range(30):
        for i, (x, y) in enumerate(loader):
            done = epoch + i / len(loader)
            for group in opt.param_groups:
                group["lr"] = lowest + (peak - lowest) * (1 + math.cos(math.pi * done / 30)) / 2
            net(x, y).backward()
            opt.step()
