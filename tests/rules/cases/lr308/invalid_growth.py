# invalid: gamma is above 1.
# at: scheduler = ExponentialLR(optimizer, gamma=1.05)
# says: the LR grows
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR

def train(model, gamma):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ExponentialLR(optimizer, gamma=1.05)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
