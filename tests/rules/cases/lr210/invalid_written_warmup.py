# invalid: The warm-up that is written by hand is longer than the training.
# at: group["lr"] = 0.1 * (epoch + 1) / 50 if epoch < 50 else 0.1
# says: the warm-up takes 50 epochs, but there are only 20
from torch.optim import SGD

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(20):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (epoch + 1) / 50 if epoch < 50 else 0.1
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
