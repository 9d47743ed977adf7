# invalid: the number of the batch starts again with each epoch
# at: schedule.step_update(number)
# says: starts again
# says: never gets beyond
import torch
from timm.scheduler import create_scheduler_v2


def fit(network, train_loader):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule, epochs = create_scheduler_v2(
        sgd, num_epochs=12, step_on_epochs=False, updates_per_epoch=len(train_loader)
    )
    for epoch in range(epochs):
        for number, image in enumerate(train_loader):
            network(image).backward()
            sgd.step()
            schedule.step_update(number)
        schedule.step(epoch + 1)
