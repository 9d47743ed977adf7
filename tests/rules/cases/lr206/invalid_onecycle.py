# invalid: OneCycleLR with the batches of an epoch; how many make an update is not known.
# at: optimizer, 0.01, None, args.epochs, len(train_loader)
# says: every args.accumulate
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader, args):
    optimizer = AdamW(model.parameters())
    scheduler = OneCycleLR(
        optimizer, 0.01, None, args.epochs, len(train_loader)
    )
    for epoch in range(args.epochs):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            if (i + 1) % args.accumulate == 0:
                optimizer.step()
                scheduler.step()
# fixed:
# - optimizer, 0.01, None, args.epochs, len(train_loader)
# + optimizer, 0.01, None, args.epochs, len(train_loader) // args.accumulate
