# invalid: The first of two arguments.
# at: scheduler = ReduceLROnPlateau(optimizer, verbose=False, patience=5)
# says: verbose
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, verbose=False, patience=5)
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step(evaluate(model))
# fixed:
# - scheduler = ReduceLROnPlateau(optimizer, verbose=False, patience=5)
# + scheduler = ReduceLROnPlateau(optimizer, patience=5)
