# invalid: Nothing is known but how many cycles there are.
# at: scheduler = CosineAnnealingWarmRestarts(
# says: 37.5% into a cycle
# says: 7 or 15 times T_0
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(
        optimizer, T_0=len(train_loader), T_mult=2, eta_min=1e-4
    )
    for epoch in range(10):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
