# valid: Where the training resumes, the project's own class gets the epoch as its last argument.
import torch
from torch.optim.lr_scheduler import LRScheduler

class Halving(LRScheduler):
    def __init__(self, optimizer, every=10, last_epoch=-1):
        self.every = every
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [base * 0.5 ** (self.last_epoch // self.every) for base in self.base_lrs]

def fit(net, batches, optimizer, halving, first, epochs):
    for epoch in range(first, epochs):
        for x in batches:
            net(x).sum().backward()
            optimizer.step()
        halving.step()
        torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, "last.pt")

def main(net, batches, source, path):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    if source == "own":
        start_epoch = int(path.split("_")[-1])
        optimizer.load_state_dict(torch.load(path)["optimizer"])
        halving = Halving(optimizer, 10, start_epoch)
    elif source == "scratch":
        start_epoch = 0
        halving = Halving(optimizer, 10)
    else:
        print("no such source")
    fit(net, batches, optimizer, halving, start_epoch, 60)
