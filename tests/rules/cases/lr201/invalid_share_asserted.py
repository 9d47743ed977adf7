# invalid: The assertion holds at every step; it does not end the training.
# at: return 0.001 + 0.0495 * (1 + math.cos(angle))
# says: the decay is 5000
import math

from torch.optim import SGD


def rate(done):
    if done > 5000:
        return 0.001
    share = done / 5000
    assert 0 <= share <= 1
    angle = math.pi * share
    return 0.001 + 0.0495 * (1 + math.cos(angle))


optimizer = SGD(model.parameters(), lr=0.1)
for done in range(2000):
    for group in optimizer.param_groups:
        group["lr"] = rate(done)
    model(next(batches)).backward()
    optimizer.step()
