# invalid: However many batches there are, the quotient stays 0; other decays are options.
# at: group["lr"] = lr
# says: 0.2 in all args.epochs * len(loader) steps
import argparse

from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--decay", default="power")
parser.add_argument("--warm", action="store_true")
args = parser.parse_args()

def batches():
    if args.decay == "fast":
        return fast_loader(), 100
    return slow_loader(), count()

def set_lr(optimizer, step, per_epoch):
    warm = 3 * per_epoch if args.warm else 0
    whole = args.epochs * per_epoch
    if args.decay == "power":
        lr = 0.2 * 0.3 ** ((step - warm) // (whole - warm))
    elif args.decay == "line":
        lr = 0.2 * (1 - step / whole)
    else:
        raise ValueError(args.decay)
    if step < warm:
        lr = 0.2 * step / warm
    for group in optimizer.param_groups:
        group["lr"] = lr

def train(model):
    loader, loader_len = batches()
    optimizer = SGD(model.parameters(), lr=0.2)
    for epoch in range(args.epochs):
        for i, batch in enumerate(loader):
            set_lr(optimizer, i + epoch * loader_len, loader_len)
            model(batch).backward()
            optimizer.step()
