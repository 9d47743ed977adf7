# valid: Each epoch has a cosine of its own, as for snapshot ensembles; each fold has a line.
import math

from torch.optim import SGD

def train(model, loader, epochs=20):
    optimizer = SGD(model.parameters(), lr=0.3)
    for epoch in range(epochs):
        for index, x in enumerate(loader):
            share = math.cos(math.pi * index / len(loader))
            optimizer.param_groups[0]["lr"] = 0.15 * (1 + share)
            model(x).backward()
            optimizer.step()

def validate(model, batches, rounds=30):
    for fold in range(5):
        optimizer = SGD(model.parameters(), lr=0.3)
        for number in range(rounds):
            optimizer.param_groups[0]["lr"] = 0.3 * (1 - number / rounds)
            model(batches[fold]).backward()
            optimizer.step()
