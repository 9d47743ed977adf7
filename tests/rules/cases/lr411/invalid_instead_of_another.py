# invalid: Another scheduler of the optimizer is built only where this one is not.
# at: scheduler = StepLR(optimizer, 20, 0.5, args.epochs)
# says: last_epoch=60
import argparse
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR, StepLR

def train(model, train_loader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--law", default="marks")
    parser.add_argument("--epochs", type=int, default=60)
    args = parser.parse_args()
    optimizer = SGD(model.parameters(), lr=0.1)
    if args.law == "marks":
        scheduler = MultiStepLR(optimizer, [30, 45])
    else:
        scheduler = StepLR(optimizer, 20, 0.5, args.epochs)
    for epoch in range(args.epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
