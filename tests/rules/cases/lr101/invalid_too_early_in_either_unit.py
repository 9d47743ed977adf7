# invalid: Too early in either unit, but least of all once per epoch.
# at: scheduler.step()
# says: step_size=10 is small for 10000 epochs
# says: a millionth
# says: after 2700 batches
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=10, gamma=0.95)
    for epoch in range(10_000):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# -     scheduler.step()
# + scheduler.step()
