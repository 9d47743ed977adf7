# invalid: A cosine of the whole length begins after a warm-up, written by hand.
# at: lr = 0.05 * (1 + math.cos(math.pi * (epoch - warmup) / epochs))
# says: begins after a warm-up of warmup=20
import math
from torch.optim import SGD

epochs, warmup = 100, 20

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(epochs):
        if epoch < warmup:
            lr = 0.1 * (epoch + 1) / warmup
        else:
            lr = 0.05 * (1 + math.cos(math.pi * (epoch - warmup) / epochs))
        for group in optimizer.param_groups:
            group["lr"] = lr
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
