# valid: a ramp that fits, one that stays at 0 for a while, and a slope without a length
import torch
from torch.optim.lr_scheduler import LambdaLR


def rises_and_falls(planned):
    return lambda e: e / 3 if e < 3 else max(0.0, (planned - e) / (planned - 3))


def train(model, batches, factor):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    scheduler = LambdaLR(optimizer, factor)
    for _ in range(20):
        for x, y in batches:
            optimizer.zero_grad()
            (model(x) - y).square().mean().backward()
            optimizer.step()
        scheduler.step()


def main(model, batches):
    train(model, batches, rises_and_falls(20))
    train(model, batches, rises_and_falls(18))
    train(model, batches, lambda e: 1 - 0.02 * e)
