# valid: The param group has an initial_lr.
import argparse
import torch
from torch.optim.lr_scheduler import LambdaLR, StepLR

parser = argparse.ArgumentParser()
parser.add_argument("--start-epoch", type=int, default=0)
args = parser.parse_args()

def train(model, train_loader, epochs):
    optimizer = torch.optim.SGD([{"params": model.parameters(), "initial_lr": 0.1}], lr=0.1)
    scheduler = StepLR(optimizer, 30, last_epoch=args.start_epoch - 1)
    for epoch in range(args.start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
