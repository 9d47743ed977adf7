# invalid: The class of the script has the step() of torch's base class, which warns of an epoch.
# at: slope.step(epoch)
# says: Slope.step(epoch) is deprecated
import torch
from torch.optim.lr_scheduler import LRScheduler

class Slope(LRScheduler):
    def __init__(self, optimizer, span):
        self.span = span
        super().__init__(optimizer)

    def get_lr(self):
        left = max(0.05, 1 - self.last_epoch / self.span)
        return [base * left for base in self.base_lrs]

def main(net, loader):
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    slope = Slope(sgd, 40)
    for epoch in range(40):
        for x, y in loader:
            net(x, y).backward()
            sgd.step()
        slope.step(epoch)
