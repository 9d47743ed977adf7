# invalid: A OneCycleLR starts at a share of max_lr, however long it is.
# at: scheduler = OneCycleLR(optimizer, args.lr, epochs=args.epochs, steps_per_epoch=len(train_loader))
# says: OneCycleLR is built and stepped only if args.adjust == 'cycle'
# says: training stays at the LR 0.0004 that the constructor sets, not at 0.01
import argparse
from torch.optim import Adam
from torch.optim.lr_scheduler import OneCycleLR, StepLR

def train(model, train_loader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--adjust", default="halve")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=60)
    args = parser.parse_args()
    optimizer = Adam(model.parameters(), lr=args.lr)
    if args.adjust == "drop":
        scheduler = StepLR(optimizer, 20)
    else:
        scheduler = OneCycleLR(optimizer, args.lr, epochs=args.epochs, steps_per_epoch=len(train_loader))
    for epoch in range(args.epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            if args.adjust == "cycle":
                scheduler.step()
        if args.adjust == "drop":
            scheduler.step()
