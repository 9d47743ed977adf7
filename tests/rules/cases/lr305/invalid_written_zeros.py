# invalid: The last ten epochs run at an LR of 0 that is written by hand.
# at: group["lr"] = 0.1 if epoch < 90 else 0.0
# says: 10 of 100 epochs run
from torch.optim import SGD

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(100):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 if epoch < 90 else 0.0
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
