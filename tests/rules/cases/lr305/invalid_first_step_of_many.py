# invalid: One step of many: advice only.
# at: scheduler = LambdaLR(optimizer, lambda t: min(1.0, t / 500))
# says: the first step runs
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, PolynomialLR

def train(model, train_loader, epochs=100):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: min(1.0, t / 500))
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
