# invalid: LinearLR is at 0 for ten epochs.
# at: scheduler = LinearLR(optimizer, 1.0, 0.0, total_iters=90)
# says: the last 10 of 100 epochs run
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, PolynomialLR

def train(model, train_loader, epochs=100):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LinearLR(optimizer, 1.0, 0.0, total_iters=90)
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
