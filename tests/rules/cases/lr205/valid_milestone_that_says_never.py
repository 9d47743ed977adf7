# valid: A round number far past the last epoch switches the drop off.
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, milestones=[1e6], gamma=0.5)
    for epoch in range(90):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
