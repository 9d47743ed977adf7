# invalid: The factor after the first drop is an LR, and so the training stands still.
# at: scheduler = LambdaLR(optimizer, lambda step: options.final_lr ** (step // 30))
# says: powers of an LR, options.final_lr=1e-05
# says: 0.01
import argparse

from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--final-lr", type=float, default=1e-5)
options = parser.parse_args()


def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.01)
    scheduler = LambdaLR(optimizer, lambda step: options.final_lr ** (step // 30))
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
