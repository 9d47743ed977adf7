# invalid: cycle_momentum=True is given.
# at: scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader), cycle_momentum=True)
# says: Rprop
from torch.optim import Rprop
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader):
    optimizer = Rprop(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader), cycle_momentum=True)
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
# fixed:
# - scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader), cycle_momentum=True)
# + scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader), cycle_momentum=False)
