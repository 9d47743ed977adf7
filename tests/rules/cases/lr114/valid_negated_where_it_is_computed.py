# valid: The metric is negated where it is computed.
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, val_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        val_acc = -evaluate(model, val_loader)
        scheduler.step(val_acc)
