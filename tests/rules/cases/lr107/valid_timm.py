# valid: A scheduler of another library counts in its own way.
import timm.scheduler
from torch.optim import SGD

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = timm.scheduler.CosineLRScheduler(optimizer, t_initial=epochs)
    for epoch in range(epochs):
        train_epoch(model, train_loader, optimizer)
        scheduler.step(epoch + 1)
