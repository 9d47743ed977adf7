# valid: The loop ends at a number of epochs, not by a metric.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, val_loader, epochs, limit):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, epochs, 1e-3)
    best, waited = float("inf"), 0
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        val_loss = evaluate(model, val_loader)
        waited = 0 if val_loss < best else waited + 1
        best = min(best, val_loss)
        if epoch >= limit:
            break
