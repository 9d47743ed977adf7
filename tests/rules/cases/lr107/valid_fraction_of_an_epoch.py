# valid: A fractional epoch is documented use of warm restarts.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-3)
    for epoch in range(epochs):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            optimizer.step()
            scheduler.step(epoch + i / len(train_loader))
