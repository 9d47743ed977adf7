# invalid: A cosine as many steps long as there are epochs.
# at: group["lr"] = 0.5 * (1 + math.cos(math.pi * seen / rounds)) * peak
# says: the decay is rounds=45 steps long
# says: there are len(batches) * rounds
# says: at its end after 45 steps
# says: climbs again
import math

from mine import batches, net
from torch.optim import SGD

rounds, peak = 45, 0.02
optimizer = SGD(net.parameters(), lr=peak)
seen = 0
for _ in range(rounds):
    for batch in batches:
        for group in optimizer.param_groups:
            group["lr"] = 0.5 * (1 + math.cos(math.pi * seen / rounds)) * peak
        net.loss(batch).backward()
        optimizer.step()
        seen += 1
