# invalid: A line after some epochs at the base LR is stepped per batch, and falls below 0.
# at: scheduler.step()
# says: the schedule is over after the first 25 batches
import argparse

from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--flat", type=int, default=10)
parser.add_argument("--falling", type=int, default=15)
args = parser.parse_args()

def train(model, loader):
    optimizer = Adam(model.parameters(), lr=2e-3)
    scheduler = LambdaLR(optimizer, lambda epoch: 1.0 - max(0, epoch - args.flat) / args.falling)
    for epoch in range(args.flat + args.falling):
        for x in loader:
            model(x).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# -             scheduler.step()
# +         scheduler.step()
