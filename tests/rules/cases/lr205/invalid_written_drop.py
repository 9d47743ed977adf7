# invalid: The second drop that is written by hand lies past the end.
# at: group["lr"] = 0.1 * 0.1 ** ((epoch >= 30) + (epoch >= 80))
# says: the drop of the LR at epoch 80 is never reached
from torch.optim import SGD

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(60):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * 0.1 ** ((epoch >= 30) + (epoch >= 80))
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
