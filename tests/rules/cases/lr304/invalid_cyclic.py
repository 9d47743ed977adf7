# invalid: CyclicLR replaces the LR too.
# at: scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1)
# says: from 0.0001 to 0.1
from torch.optim import SGD
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=1.0, momentum=0.9)
    scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1)
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
