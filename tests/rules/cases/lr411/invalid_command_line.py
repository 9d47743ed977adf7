# invalid: The start is an argument of the command line.
# at: scheduler = StepLR(optimizer, 30, last_epoch=args.start_epoch - 1)
# says: args.start_epoch
# says: KeyError
import argparse
import torch
from torch.optim.lr_scheduler import LambdaLR, StepLR

parser = argparse.ArgumentParser()
parser.add_argument("--start-epoch", type=int, default=0)
args = parser.parse_args()

def train(model, train_loader, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, 30, last_epoch=args.start_epoch - 1)
    for epoch in range(args.start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
