# invalid: A cosine of lr_lambda whose progress is bounded.
# at: schedule.step()
# says: the cosine of lr_lambda is 45 epochs long
# says: over after the first 45 batches
import math

from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

rounds = 45


def factor(step):
    progress = min(1.0, step / rounds)
    return 0.5 * (1 + math.cos(math.pi * progress))


optimizer = SGD(net.parameters(), lr=0.02)
schedule = LambdaLR(optimizer, factor)
for _ in range(rounds):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
# fixed:
# -         schedule.step()
# +     schedule.step()
