# invalid: The second phase trains another optimizer with the scheduler of the first.
# at: schedule = ExponentialLR(optimizer, 0.8)
# says: stepped no more
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR


def fit(optimizer, schedule, rounds):
    for _ in range(rounds):
        for batch in batches:
            net.loss(batch).backward()
            optimizer.step()
        schedule.step()


optimizer = SGD(net.top.parameters(), lr=0.02)
schedule = ExponentialLR(optimizer, 0.8)
fit(optimizer, schedule, 4)
optimizer = SGD(net.parameters(), lr=0.01)
fit(optimizer, schedule, 20)
