# invalid: A cosine of the whole training counts the batches of one epoch.
# at: share = math.cos(math.pi * index / (epochs * len(loader)))
# says: its counter starts over after
import math

from torch.optim import SGD

def train(model, loader, epochs=20):
    optimizer = SGD(model.parameters(), lr=0.3)
    for epoch in range(epochs):
        for index, x in enumerate(loader):
            share = math.cos(math.pi * index / (epochs * len(loader)))
            optimizer.param_groups[0]["lr"] = 0.15 * (1 + share)
            model(x).backward()
            optimizer.step()
