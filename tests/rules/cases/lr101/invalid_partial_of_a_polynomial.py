# invalid: The length is an argument that functools.partial keeps.
# at: scheduler.step()
from functools import partial
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def falling(at, length, power):
    return (1 - min(at, length) / length) ** power

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, partial(falling, length=epochs, power=0.9))
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# -     scheduler.step()
# + scheduler.step()
