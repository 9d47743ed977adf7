# invalid: In the function that trains an epoch.
# at: scheduler = CosineAnnealingLR(optimizer, T_max=len(train_loader), eta_min=1e-3)
# says: from 0.1 to 0.001
# says: stays at 0.001 for the other 19 of 20 epochs
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train_epoch(model, train_loader, optimizer):
    scheduler = CosineAnnealingLR(optimizer, T_max=len(train_loader), eta_min=1e-3)
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(20):
        train_epoch(model, train_loader, optimizer)
