# invalid: A loss that is rounded up, with mode max.
# at: scheduler.step(math.ceil(test_loss * 100) / 100)
# says: mode is max
import math

from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, "max")
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        test_loss = evaluate(model, val_loader)["loss"]
        scheduler.step(math.ceil(test_loss * 100) / 100)
# fixed:
# - scheduler = ReduceLROnPlateau(optimizer, "max")
# + scheduler = ReduceLROnPlateau(optimizer, "min")
