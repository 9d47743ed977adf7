# valid: The momentum is left alone.
from torch.optim import Adagrad
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader):
    optimizer = Adagrad(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader), cycle_momentum=False)
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
