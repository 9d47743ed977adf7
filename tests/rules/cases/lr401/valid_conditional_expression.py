# valid: A conditional expression chooses the optimizer before the scheduler is built.
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ExponentialLR

def train(model, epochs, plain):
    optimizer = Adam(model.parameters(), lr=1e-3)
    optimizer = SGD(model.parameters(), lr=3e-3) if plain else optimizer
    scheduler = ExponentialLR(optimizer, 0.95)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
