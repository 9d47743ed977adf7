# invalid: Code out of sight holds the object, and has no reason to step what this steps here.
# at: self.decay.step()
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR


class Study:
    def __init__(self, net, batches, val_batches, rounds):
        self.net, self.batches, self.val_batches, self.rounds = net, batches, val_batches, rounds
        self.optimizer = SGD(net.parameters(), lr=0.1)
        self.decay = StepLR(self.optimizer, 30)

    def run(self):
        for _ in range(self.rounds):
            for x, y in self.batches:
                self.net(x, y).backward()
                self.optimizer.step()
            self.check()

    def check(self):
        with torch.no_grad():
            for x, y in self.val_batches:
                self.net(x, y)
                self.decay.step()
