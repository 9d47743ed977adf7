# valid: A functools.partial gives factors by name.
from functools import partial

from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

def curve(epoch, low, epochs):
    return low + (1 - low) * (1 - epoch / epochs)

def train(model):
    optimizer = Adam(model.parameters(), lr=2e-3)
    scheduler = LambdaLR(optimizer, partial(curve, low=0.005, epochs=70))
    for epoch in range(70):
        train_epoch(model, optimizer)
        scheduler.step()
