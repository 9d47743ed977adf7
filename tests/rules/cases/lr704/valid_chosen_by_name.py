# valid: A loop over the groups writes the one with a certain name.
import math

from mine import batches, net
from torch.optim import Adam

optimizer = Adam(
    [
        {"params": net.points, "lr": 1e-3, "name": "points"},
        {"params": net.colours, "lr": 0.02, "name": "colours"},
    ],
    lr=0.0,
)
for step in range(7000):
    for group in optimizer.param_groups:
        if group["name"] == "points":
            group["lr"] = 1e-3 * math.exp(-step / 7000)
    net.loss(next(batches)).backward()
    optimizer.step()
