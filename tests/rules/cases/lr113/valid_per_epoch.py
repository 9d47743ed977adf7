# valid: An update more or less in an epoch is nothing.
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, train_loader, epochs):
    scaler = torch.amp.GradScaler()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, epochs, eta_min=1e-3)
    for epoch in range(epochs):
        for x, y in train_loader:
            before = scaler.get_scale()
            scaler.scale(model(x, y)).backward()
            scaler.step(optimizer)
            scaler.update()
        scheduler.step()
