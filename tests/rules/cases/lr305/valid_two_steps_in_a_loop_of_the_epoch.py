# valid: Of the two LRs that an epoch steps to, only the last is used: it is not 0 in any epoch.
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def twice(function):
    def wrapper(*args):
        for _ in range(2):
            function(*args)

    return wrapper

@twice
def advance(scheduler):
    scheduler.step()

def decay(total):
    return lambda step: max(0.0, 1.0 - step / total)

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, decay(5))
    for epoch in range(3):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        advance(scheduler)
