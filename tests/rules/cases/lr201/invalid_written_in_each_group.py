# invalid: Each param group follows the same line from its own LR, which is four times as long.
# at: group["lr"] = group["initial_lr"] * share(step, 4 * steps)
# says: the decay is 4 * steps = 800 steps long, but there are steps=200
from torch.optim import AdamW

steps = 200

def share(step, last):
    return (last - step) / last

def train(stem, head, batches):
    optimizer = AdamW(
        [{"params": stem.parameters(), "lr": 1e-4}, {"params": head.parameters(), "lr": 1e-2}]
    )
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * share(step, 4 * steps)
        head(stem(batches)).backward()
        optimizer.step()
