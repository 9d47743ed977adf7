# valid: both calls are made, and one of them does nothing
import torch
from timm.scheduler import create_scheduler_v2


def fit(network, train_loader, on_updates):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule, epochs = create_scheduler_v2(
        sgd, num_epochs=8, step_on_epochs=not on_updates, updates_per_epoch=len(train_loader)
    )
    for epoch in range(epochs):
        updates = epoch * len(train_loader)
        for image in train_loader:
            network(image).backward()
            sgd.step()
            updates += 1
            schedule.step_update(num_updates=updates, metric=None)
        schedule.step(epoch + 1, metric=None)
