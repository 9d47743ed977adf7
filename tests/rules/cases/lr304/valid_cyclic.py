# valid: The LR is that at which the cycles start.
from torch.optim import SGD
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=1e-4, momentum=0.9)
    scheduler = CyclicLR(optimizer, base_lr=1e-4, max_lr=0.1)
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
