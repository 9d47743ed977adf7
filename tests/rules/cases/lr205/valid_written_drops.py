# valid: Each drop that is written by hand is reached.
from torch.optim import SGD

def adjust(optimizer, epoch):
    lr = 0.1
    for milestone in (30, 45):
        if epoch >= milestone:
            lr *= 0.1
    for group in optimizer.param_groups:
        group["lr"] = lr

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(60):
        adjust(optimizer, epoch)
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
