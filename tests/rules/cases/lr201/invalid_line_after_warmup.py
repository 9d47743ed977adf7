# invalid: a line that goes on below 0
# at: def factor(epoch):
# says: 9 steps long
# says: negative
import torch
from torch.optim.lr_scheduler import LambdaLR


def build(optimizer, rise, planned):
    def factor(epoch):
        if epoch < rise:
            return (epoch + 1) / rise
        return 1 - (epoch - rise) / (planned - rise)

    return LambdaLR(optimizer, factor)


def train(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    scheduler = build(optimizer, 3, 9)
    for _ in range(20):
        for x, y in batches:
            optimizer.zero_grad()
            (model(x) - y).square().mean().backward()
            optimizer.step()
        scheduler.step()
