# valid: The head has an LR of its own, and only that is to fall.
from torch.optim import SGD

def train(model, train_loader):
    groups = [{"params": model.body.parameters(), "lr": 1e-4}]
    optimizer = SGD([*groups, {"params": model.head.parameters()}], lr=0.1)
    for epoch in range(90):
        optimizer.param_groups[1]["lr"] = 0.1 * 0.1 ** (epoch // 30)
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
