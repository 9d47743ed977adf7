# invalid: The last third of so many steps that nobody looks at each runs at an LR of 0.
# at: group["lr"] = rate(n)
# says: 30000 of 90000 epochs run
import torch

def rate(n):
    if n < 500:
        return 1e-3 * (n + 1) / 500
    if n < 60_000:
        return 1e-3
    return 0.0

def train(model, batches):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for n in range(90_000):
        for group in optimizer.param_groups:
            group["lr"] = rate(n)
        model(next(batches)).mean().backward()
        optimizer.step()
