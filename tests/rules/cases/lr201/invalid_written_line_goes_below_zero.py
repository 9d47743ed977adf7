# invalid: A line that is written by hand is at 0 after half of the training.
# at: group["lr"] = 0.1 * (1 - epoch / decay_epochs)
# says: the LR goes below 0; the last epoch runs at an LR of -0.098
from torch.optim import SGD

decay_epochs = 50

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(100):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (1 - epoch / decay_epochs)
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
