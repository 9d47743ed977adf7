# valid: The option that ends the training early is 0 by default, which no epoch is.
import argparse

from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--stop-after", type=int, default=0)
args = parser.parse_args()


def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(args.epochs):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (1 - epoch / args.epochs)
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        if epoch + 1 == args.stop_after:
            break
