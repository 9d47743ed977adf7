# valid: Stepped in every epoch and once more at the end.
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        with torch.no_grad():
            for x, y in val_loader:
                model(x, y)
        scheduler.step()
    scheduler.step()
