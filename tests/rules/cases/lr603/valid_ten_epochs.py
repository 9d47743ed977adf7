# valid: Ten epochs are enough.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=10, eta_min=1e-3)
    for epoch in range(10):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
