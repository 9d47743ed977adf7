# valid: The optimizer is new as well.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, rounds):
    for epoch in range(rounds):
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, len(train_loader), eta_min=1e-3)
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
