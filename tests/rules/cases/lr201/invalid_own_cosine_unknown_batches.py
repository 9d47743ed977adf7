# invalid: Whatever an epoch has of batches, the cosine climbs again after 12 of 50 epochs.
# at: wave = math.cos(math.pi * count / self.length)
# says: 12 * len(loader) - 1 steps long, but there are 50 * len(loader): the LR climbs again
import math

from torch.optim import SGD

class Anneal:
    def __init__(self, optimizer, length, peak):
        self.optimizer, self.length, self.peak = optimizer, length, peak

    def step(self, count):
        wave = math.cos(math.pi * count / self.length)
        for group in self.optimizer.param_groups:
            group["lr"] = 0.5 * self.peak * (1 + wave)

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    anneal = Anneal(optimizer, 12 * len(loader), 0.1)
    done = 0
    for epoch in range(50):
        for batch in loader:
            model(batch).backward()
            optimizer.step()
            done += 1
            anneal.step(done)
