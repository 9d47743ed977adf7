# valid: Each optimizer has a scheduler of its own.
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    optimizer = Adam(model.parameters(), lr=0.01)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-4)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
