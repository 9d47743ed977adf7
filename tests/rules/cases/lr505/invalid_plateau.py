# invalid: nothing tells it how the training goes
# at: schedule.step(epoch + 1)
# says: no metric
import torch
from timm.scheduler import PlateauLRScheduler


def fit(network, train_loader):
    sgd = torch.optim.SGD(network.parameters(), lr=0.4)
    schedule = PlateauLRScheduler(sgd, patience_t=3)
    for epoch in range(50):
        for image in train_loader:
            network(image).backward()
            sgd.step()
        schedule.step(epoch + 1)
