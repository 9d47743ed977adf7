# invalid: The first quarter of a cosine is over long before the training.
# at: scheduler = LambdaLR(optimizer, lambda update: falling(update, last))
# says: the decay of lr_lambda is last=100 steps long, but the scheduler steps updates=400 times
import math
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

updates, last = 400, 100

def falling(update, last):
    if update < 10:
        return (update + 1) / 10
    return math.cos(0.5 * math.pi * (update - 10) / (last - 10))

def train(model, batch):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda update: falling(update, last))
    for update in range(updates):
        model(batch).backward()
        optimizer.step()
        scheduler.step()
