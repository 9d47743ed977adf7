# invalid: gamma is negative.
# at: scheduler = ExponentialLR(optimizer, gamma=-0.5)
# says: changes its sign
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR

def train(model, gamma):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ExponentialLR(optimizer, gamma=-0.5)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
