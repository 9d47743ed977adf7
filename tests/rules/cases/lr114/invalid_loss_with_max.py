# invalid: A loss with mode max.
# at: scheduler.step(losses.avg)
# says: losses.avg
# says: mode is max
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, "max")
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        losses = evaluate(model, val_loader)
        scheduler.step(losses.avg)
# fixed:
# - scheduler = ReduceLROnPlateau(optimizer, "max")
# + scheduler = ReduceLROnPlateau(optimizer, "min")
