# valid: How many batches there are is not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, milestones=[20000, 30000])
    for epoch in range(10):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
