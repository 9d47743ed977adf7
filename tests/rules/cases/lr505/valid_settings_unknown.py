# valid: settings from elsewhere decide what it counts
import torch
from timm.scheduler import CosineLRScheduler, create_scheduler


def fit(network, train_loader, config, args):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule = CosineLRScheduler(sgd, **config)
    adam = torch.optim.Adam(network.parameters())
    other, epochs = create_scheduler(args, adam)
    for epoch in range(epochs):
        for image in train_loader:
            network(image).backward()
            sgd.step()
            adam.step()
        schedule.step(epoch)
        other.step(epoch)
