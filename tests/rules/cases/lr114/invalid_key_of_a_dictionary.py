# invalid: The metric is an entry of a dictionary.
# at: scheduler.step(metrics["val_f1"])
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, patience=3)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        metrics = evaluate(model, val_loader)
        scheduler.step(metrics["val_f1"])
# fixed:
# - scheduler = ReduceLROnPlateau(optimizer, patience=3)
# + scheduler = ReduceLROnPlateau(optimizer, patience=3, mode="max")
