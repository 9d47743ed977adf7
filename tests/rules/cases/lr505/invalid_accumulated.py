# invalid: the length counts batches, of which four make an update
# at: sgd, num_epochs=8, step_on_epochs=False, updates_per_epoch=len(train_loader)
# says: once every 4
import torch
from timm.scheduler import create_scheduler_v2


def fit(network, train_loader):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule, epochs = create_scheduler_v2(
        sgd, num_epochs=8, step_on_epochs=False, updates_per_epoch=len(train_loader)
    )
    updates = 0
    for epoch in range(epochs):
        for number, image in enumerate(train_loader):
            network(image).backward()
            if (number + 1) % 4 == 0:
                sgd.step()
                updates += 1
                schedule.step_update(updates)
