# invalid: As many samples of each class as the list is extended by.
# at: scheduler = OneCycleLR(optimizer, 0.1, total_steps=20 * len(loader))
import numpy as np
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, Subset

def train(model, data, numbers_of):
    few = []
    for label in range(5):
        few.extend(np.random.choice(numbers_of(label), 6, replace=False))
    loader = DataLoader(Subset(data, few), batch_size=64, drop_last=True)
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, 0.1, total_steps=20 * len(loader))
    for epoch in range(20):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
