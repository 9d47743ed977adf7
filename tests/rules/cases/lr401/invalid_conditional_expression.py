# invalid: A conditional expression replaces the optimizer in one epoch.
# at: scheduler = ExponentialLR(optimizer, 0.95)
# says: stepped no more
# says: stays at 0.003
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ExponentialLR

def train(model, epochs):
    optimizer = Adam(model.parameters(), lr=1e-3)
    scheduler = ExponentialLR(optimizer, 0.95)
    for epoch in range(epochs):
        optimizer = SGD(model.parameters(), lr=3e-3) if epoch == 8 else optimizer
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
