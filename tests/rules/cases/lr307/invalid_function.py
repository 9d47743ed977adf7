# invalid: In a function, through a name.
# at: return lr
# says: args.lr=0.0002
# says: 4e-08
import argparse
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=2e-4)
args = parser.parse_args()

def schedule(epoch):
    lr = args.lr
    if epoch > 30:
        lr = lr * 0.1
    return lr

def train(model, epochs):
    optimizer = Adam(model.parameters(), lr=args.lr)
    scheduler = LambdaLR(optimizer, lr_lambda=schedule)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
