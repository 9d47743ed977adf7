# valid: The LR is that of the peak.
from torch.optim import SGD
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.01, momentum=0.9)
    scheduler = OneCycleLR(optimizer, max_lr=0.01, total_steps=len(train_loader))
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
