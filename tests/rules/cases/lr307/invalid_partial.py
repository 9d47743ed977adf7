# invalid: A functools.partial gives the LRs by name.
# at: return low + (top - low) * (1 - epoch / epochs)
# says: 0.002
from functools import partial

from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

def curve(epoch, top, low, epochs):
    return low + (top - low) * (1 - epoch / epochs)

def train(model):
    optimizer = Adam(model.parameters(), lr=2e-3)
    scheduler = LambdaLR(optimizer, partial(curve, top=2e-3, low=1e-5, epochs=70))
    for epoch in range(70):
        train_epoch(model, optimizer)
        scheduler.step()
