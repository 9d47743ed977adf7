# valid: An option that is off by default keeps the LR in use as it is.
import argparse

from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--gamma", type=float, default=1.0)
parser.add_argument("--every", type=int, default=1_000_000)
args = parser.parse_args()

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.2)
    for epoch in range(args.epochs):
        for group in optimizer.param_groups:
            group["lr"] *= args.gamma ** epoch * 0.5 ** (epoch // args.every)
        for x in loader:
            model(x).backward()
            optimizer.step()
