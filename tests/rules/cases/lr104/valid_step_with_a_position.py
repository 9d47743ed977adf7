# valid: The epoch is set, not advanced.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-3)
    for epoch in range(epochs):
        scheduler.step(epoch)
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
