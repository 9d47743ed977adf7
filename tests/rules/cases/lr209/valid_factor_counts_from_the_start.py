# valid: The factor counts from where the training starts.
import argparse
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--start-epoch", type=int, default=0)
parser.add_argument("--epochs", type=int, default=200)
args = parser.parse_args()

class Decay:
    def __init__(self, epochs, offset):
        self.epochs = epochs
        self.offset = offset

    def step(self, epoch):
        return 1.0 - (epoch + self.offset) / self.epochs

def train(model, train_loader):
    optimizer = Adam(model.parameters(), lr=2e-4)
    decay = Decay(args.epochs, args.start_epoch)
    scheduler = LambdaLR(optimizer, lr_lambda=decay.step)
    for epoch in range(args.start_epoch, args.epochs):
        train_epoch(model, train_loader, optimizer)
        scheduler.step()
