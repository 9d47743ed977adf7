# valid: The mean of what a list collects is negated, or a name stands for what is negated.
import numpy as np
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        values = []
        for x, y in val_loader:
            values.append(top_accuracy(model(x), y))
        scheduler.step(-np.mean(values))

def train_other(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        values = []
        for x, y in val_loader:
            f1 = 1 - f1_score(model(x), y)
            values.append(f1)
        scheduler.step(sum(values) / len(values))
