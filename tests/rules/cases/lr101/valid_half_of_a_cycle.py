# valid: half of a cycle of several epochs, each of 12 batches: 18 batches are no epochs
import torch
from torch.optim.lr_scheduler import CyclicLR
from torch.utils.data import DataLoader, TensorDataset


def swing(network, rows, cycle_epochs=3, epochs=15):
    batches = DataLoader(TensorDataset(torch.zeros(96, 2), torch.zeros(96, 1)), batch_size=8)
    sgd = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.8)
    up = cycle_epochs * len(batches) // 2
    cycle = CyclicLR(sgd, 1e-3, 3e-2, step_size_up=up, mode="triangular2")
    for _ in range(epochs):
        for image, label in batches:
            network(image, label).backward()
            sgd.step()
            cycle.step()
