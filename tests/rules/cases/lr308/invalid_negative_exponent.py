# invalid: The minus turns the decay into a growth.
# at: group["lr"] = options.lr * options.drop ** -(epoch // 4)
# says: options.drop=0.2
# says: 0.002 to 0.05
import argparse

from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--drop", type=float, default=0.2)
parser.add_argument("--epochs", type=int, default=12)
options = parser.parse_args()


def train(model, loader):
    optimizer = SGD(model.parameters(), lr=options.lr)
    for epoch in range(options.epochs):
        for group in optimizer.param_groups:
            group["lr"] = options.lr * options.drop ** -(epoch // 4)
        for batch in loader:
            optimizer.zero_grad()
            model(batch).backward()
            optimizer.step()
