# valid: A restart every ten epochs.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=1e-4)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
