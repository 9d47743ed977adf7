# valid: An LR range test goes up from one LR to another, each step by the same factor.
import torch
from torch.optim.lr_scheduler import ExponentialLR

def sweep(net, batches, lowest=1e-7, highest=10.0, tries=200):
    sgd = torch.optim.SGD(net.parameters(), lr=lowest)
    factor = (highest / lowest) ** (1 / (tries - 1))
    rise = ExponentialLR(sgd, factor)
    for _ in range(tries):
        net(next(batches)).backward()
        sgd.step()
        rise.step()
