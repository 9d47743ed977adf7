# valid: a fraction of an epoch, the epoch at its start, a count of batches, epochs from 1
import torch
from timm.scheduler import CosineLRScheduler


def fit(network, train_loader, epochs):
    length = len(train_loader)
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    by_fraction = CosineLRScheduler(sgd, t_initial=epochs)
    for epoch in range(epochs):
        for number, image in enumerate(train_loader):
            network(image).backward()
            sgd.step()
            by_fraction.step(epoch + number / length)
    adam = torch.optim.Adam(network.parameters())
    by_batch = CosineLRScheduler(adam, t_initial=epochs * length, t_in_epochs=False)
    for epoch in range(epochs):
        for number, image in enumerate(train_loader):
            network(image).backward()
            adam.step()
            by_batch.step_update(epoch * length + number)
    other = torch.optim.Adam(network.parameters())
    from_one = CosineLRScheduler(other, t_initial=epochs)
    for epoch in range(1, epochs + 1):
        for image in train_loader:
            network(image).backward()
            other.step()
        from_one.step(epoch)
