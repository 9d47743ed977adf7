# invalid: how many updates an epoch has is left out
# at: schedule, epochs = create_scheduler_v2(sgd, num_epochs=8, step_on_epochs=False)
# says: AssertionError
import torch
from timm.scheduler import create_scheduler_v2


def fit(network, train_loader):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule, epochs = create_scheduler_v2(sgd, num_epochs=8, step_on_epochs=False)
    updates = 0
    for epoch in range(epochs):
        for image in train_loader:
            network(image).backward()
            sgd.step()
            updates += 1
            schedule.step_update(updates)
