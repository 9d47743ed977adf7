# invalid: The guards of a match are asked in their order, too.
# at: case n if n >= 50:
# says: epoch >= 50
# says: epoch >= 20
from torch.optim import SGD

def rate(epoch):
    match epoch:
        case n if n >= 20:
            return 0.03
        case n if n >= 50:
            return 0.003
    return 0.3

def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.3)
    for epoch in range(70):
        for group in optimizer.param_groups:
            group["lr"] = rate(epoch)
        for x, y in loader:
            optimizer.zero_grad()
            model(x, y).backward()
            optimizer.step()
