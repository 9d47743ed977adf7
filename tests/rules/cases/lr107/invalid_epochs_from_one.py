# invalid: Epochs that count from 1 are what step() alone would count.
# at: scheduler.step(epoch)
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, epochs, 1e-3)
    for epoch in range(1, epochs + 1):
        train_epoch(model, optimizer)
        scheduler.step(epoch)
# fixed:
# - scheduler.step(epoch)
# + scheduler.step()
