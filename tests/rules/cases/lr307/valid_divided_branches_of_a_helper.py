# valid: what a helper returns for either branch is divided by the base LR
import math

from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

TOP = 0.3


def rate_after(updates, ramp):
    if updates < ramp:
        return TOP * (updates + 1) / ramp
    return TOP * math.exp(-(updates - ramp) / 4000)


def learn(network, batches):
    sgd = SGD(network.parameters(), lr=TOP)
    scheduler = LambdaLR(sgd, lambda step: rate_after(step, 500) / TOP)
    for _ in range(12):
        for image, label in batches:
            network(image, label).backward()
            sgd.step()
            scheduler.step()
