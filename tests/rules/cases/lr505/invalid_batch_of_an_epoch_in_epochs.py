# invalid: The schedule counts epochs, and is told the batches of each.
# at: schedule.step(n + 1)
# says: runs anew in each of them
from mine import batches, net
from timm.scheduler import CosineLRScheduler
from torch.optim import SGD

optimizer = SGD(net.parameters(), lr=0.02)
rounds = 45
schedule = CosineLRScheduler(optimizer, t_initial=rounds, lr_min=1e-4)
for _ in range(rounds):
    for n, batch in enumerate(batches):
        net.loss(batch).backward()
        optimizer.step()
        schedule.step(n + 1)
