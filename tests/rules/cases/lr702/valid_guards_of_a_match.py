# valid: The guards of a match ask for the later epochs first.
from torch.optim import SGD

def rate(epoch):
    match epoch:
        case n if n >= 50:
            return 0.003
        case n if n >= 20:
            return 0.03
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
