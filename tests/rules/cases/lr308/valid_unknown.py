# valid: gamma is not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR

def train(model, gamma):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ExponentialLR(optimizer, gamma=gamma)
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
