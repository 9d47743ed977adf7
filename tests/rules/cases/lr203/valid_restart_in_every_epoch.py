# valid: A restart in every epoch.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(optimizer, len(train_loader), eta_min=1e-4)
    for epoch in range(50):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
