# valid: T_0 is not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=epochs, eta_min=1e-4)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
