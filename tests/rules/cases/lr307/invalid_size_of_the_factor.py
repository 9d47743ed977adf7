# invalid: The factor is never above a thousandth.
# at: return 512**-0.5 * min((n + 1) ** -0.5, (n + 1) * 4000**-1.5)
# says: returns an LR
from mine import batches, net
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR


def rate(n):
    return 512**-0.5 * min((n + 1) ** -0.5, (n + 1) * 4000**-1.5)


optimizer = Adam(net.parameters(), lr=5e-4)
schedule = LambdaLR(optimizer, rate)
for _ in range(10):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
