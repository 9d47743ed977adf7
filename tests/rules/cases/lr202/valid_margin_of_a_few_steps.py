# valid: A hundred steps to spare are nothing of the default, whatever they are of a short training.
import argparse
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

def train(model, loader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--updates", type=int, default=50000)
    args = parser.parse_args()
    optimizer = AdamW(model.parameters(), lr=1e-3)
    scheduler = OneCycleLR(optimizer, 1e-3, args.updates + 100)
    for update in range(args.updates):
        model(next(loader)).backward()
        optimizer.step()
        scheduler.step()
