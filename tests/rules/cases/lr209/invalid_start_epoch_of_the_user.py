# invalid: The user says at which epoch to start.
# at: scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60])
# says: args.start_epoch
# says: MultiStepLR
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--start-epoch", type=int, default=0)
parser.add_argument("--epochs", type=int, default=90)
args = parser.parse_args()

def main(model, train_loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60])
    for epoch in range(args.start_epoch, args.epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
