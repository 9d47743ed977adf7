# invalid: a length in epochs, and steps that are told updates
# at: schedule.step_update(done)
# says: passes updates
import torch
from timm.scheduler import CosineLRScheduler


def fit(network, train_loader, epochs):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule = CosineLRScheduler(sgd, t_initial=epochs, t_in_epochs=False)
    done = 0
    for epoch in range(epochs):
        for image in train_loader:
            network(image).backward()
            sgd.step()
            done += 1
            schedule.step_update(done)
