# valid: The condition is on the epoch, not on a metric.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, val_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, 100, 1e-3)
    best = float("inf")
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        val_loss = evaluate(model, val_loader)
        if epoch >= 0:
            best = val_loss
            scheduler.step()
