# invalid: The default of an option is longer than the training.
# at: group["lr"] = 0.2 * 0.5 ** (epoch // args.every)
# says: 0.2 in all args.epochs=12 epochs
import argparse

from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--every", type=int, default=40)
args = parser.parse_args()

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.2)
    for epoch in range(args.epochs):
        for group in optimizer.param_groups:
            group["lr"] = 0.2 * 0.5 ** (epoch // args.every)
        for x in loader:
            model(x).backward()
            optimizer.step()
