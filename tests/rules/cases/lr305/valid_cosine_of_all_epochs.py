# valid: The last epoch runs before the minimum.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, PolynomialLR

def train(model, train_loader, epochs=100):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, 100, eta_min=0)
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
