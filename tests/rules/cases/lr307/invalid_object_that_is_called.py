# invalid: An object that is called computes the LR from the one that it was given.
# at: return self.peak * min(1.0, (step + 1) / self.ramp)
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

class Ramp:
    def __init__(self, peak, ramp):
        self.peak, self.ramp = peak, ramp

    def __call__(self, step):
        return self.peak * min(1.0, (step + 1) / self.ramp)

def train(model, train_loader, args):
    optimizer = SGD(model.parameters(), lr=args.lr)
    scheduler = LambdaLR(optimizer, Ramp(args.lr, 500))
    for epoch in range(args.epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
