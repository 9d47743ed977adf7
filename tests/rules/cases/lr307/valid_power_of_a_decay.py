# valid: A factor may have `lr` in its name.
import argparse

from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--gamma-lr", type=float, default=0.1)
options = parser.parse_args()


def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.01)
    scheduler = LambdaLR(optimizer, lambda step: options.gamma_lr ** (step // 30))
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
