# invalid: A drop that is applied in each epoch from 60 on.
# at: group["lr"] *= 0.1
# says: 30 times
from torch.optim import SGD

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(90):
        if epoch >= 60:
            for group in optimizer.param_groups:
                group["lr"] *= 0.1
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
