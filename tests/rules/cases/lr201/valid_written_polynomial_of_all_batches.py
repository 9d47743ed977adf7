# valid: A polynomial that counts the batches of all epochs ends with them.
from torch.optim import SGD

def train(model, loader, args):
    optimizer = SGD(model.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        for i, (x, y) in enumerate(loader):
            done = epoch * len(loader) + i
            for group in optimizer.param_groups:
                group["lr"] = args.lr * (1 - done / (args.epochs * len(loader))) ** 0.9
            model(x, y).backward()
            optimizer.step()
