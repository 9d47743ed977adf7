# invalid: The name does not tell, but the call that computes the metric does.
# at: scheduler.step(metric)
# says: compute_accuracy(model, val_loader)
from torch.optim import Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, val_loader, epochs):
    optimizer = Adam(model.parameters(), lr=1e-3)
    scheduler = ReduceLROnPlateau(optimizer, factor=0.5)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        metric = compute_accuracy(model, val_loader)
        scheduler.step(metric)
# fixed:
# - scheduler = ReduceLROnPlateau(optimizer, factor=0.5)
# + scheduler = ReduceLROnPlateau(optimizer, factor=0.5, mode="max")
