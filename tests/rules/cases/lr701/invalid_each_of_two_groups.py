# invalid: Both groups are multiplied by a share of the cosine again and again.
# at: part["lr"] = part["lr"] * 0.5 * (1 + math.cos(math.pi * epoch / 50))
# says: multiplies the LR in use
import math

import torch

def main(net, loader):
    sgd = torch.optim.SGD([{"params": net.body.parameters()}, {"params": net.head.parameters()}], lr=0.1)
    for epoch in range(50):
        for part in sgd.param_groups:
            part["lr"] = part["lr"] * 0.5 * (1 + math.cos(math.pi * epoch / 50))
        for x, y in loader:
            net(x, y).backward()
            sgd.step()
