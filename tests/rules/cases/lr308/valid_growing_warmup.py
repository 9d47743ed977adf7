# valid: A warm-up by powers ends at the LR of the optimizer, and does not start there.
from torch.optim import SGD


def train(model, loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in range(12):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * 0.5 ** (11 - epoch)
        for batch in loader:
            optimizer.zero_grad()
            model(batch).backward()
            optimizer.step()
