# invalid: The minimum of a cosine that is written by hand is above its start.
# at: group["lr"] = 1e-2 + 0.5 * (1e-3 - 1e-2) * (1 + math.cos(math.pi * epoch / epochs))
# says: raises the LR, from 0.001 to 0.01
import math
from torch.optim import SGD

epochs = 100

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = 1e-2 + 0.5 * (1e-3 - 1e-2) * (1 + math.cos(math.pi * epoch / epochs))
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
