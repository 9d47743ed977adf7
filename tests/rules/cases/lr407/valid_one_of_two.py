# valid: A setting chooses one of the two.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, StepLR

def build(optimizer, args):
    if args.kind == "lambda":
        return LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    return StepLR(optimizer, 30)

def train(model, train_loader, args):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = build(optimizer, args)
    for epoch in range(args.epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
