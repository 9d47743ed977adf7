# valid: Each step of an ExponentialLR is one decay, which may be made by hand.
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR

def train(model, train_loader, val_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ExponentialLR(optimizer, 0.5)
    best = float("inf")
    for epoch in range(100):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        val_loss = evaluate(model, val_loader)
        if val_loss > best:
            best = val_loss
            scheduler.step()
