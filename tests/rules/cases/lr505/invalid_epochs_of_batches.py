# invalid: a length in batches, and steps that are told epochs
# at: schedule.step(epoch + 1)
# says: counts batches
# says: passes epochs
import torch
from timm.scheduler import CosineLRScheduler


def fit(network, train_loader, epochs):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule = CosineLRScheduler(sgd, t_initial=epochs * len(train_loader))
    for epoch in range(epochs):
        for image in train_loader:
            network(image).backward()
            sgd.step()
        schedule.step(epoch + 1)
