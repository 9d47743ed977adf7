# valid: SGD has a momentum.
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=len(train_loader))
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
