# invalid: The factor that multiplies the LR in use is 1 in every epoch.
# at: group["lr"] *= drop
# says: 0.2 in all args.epochs - 1 = 11 epochs
import argparse

from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--every", type=int, default=40)
args = parser.parse_args()

def lower(optimizer, epoch, rate=0.1):
    drop = rate ** (epoch // args.every)
    for group in optimizer.param_groups:
        group["lr"] *= drop

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.2)
    for epoch in range(1, args.epochs):
        lower(optimizer, epoch)
        for x in loader:
            model(x).backward()
            optimizer.step()
