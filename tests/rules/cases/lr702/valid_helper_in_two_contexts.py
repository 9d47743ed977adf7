# valid: The caller's condition makes a branch of a helper idle there, and not elsewhere.
from torch.optim import SGD

def rate(epoch):
    if epoch < 5:
        return 0.1 * (epoch + 1) / 5
    return 0.1 * 0.97 ** epoch

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(60):
        if epoch >= 10:
            for group in optimizer.param_groups:
                group["lr"] = rate(epoch)
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
