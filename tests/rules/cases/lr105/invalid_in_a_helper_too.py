# invalid: Once in the helper and once in the loop that calls it.
# row: 15
# says: twice per epoch
# says: 60 steps in 30 epochs
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train_one_epoch(model, loader, optimizer, scheduler):
    for x, y in loader:
        model(x, y).backward()
        optimizer.step()
    scheduler.step()

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=10)
    for epoch in range(30):
        train_one_epoch(model, train_loader, optimizer, scheduler)
        scheduler.step()
