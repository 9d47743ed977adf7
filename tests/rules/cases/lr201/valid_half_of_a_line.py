# valid: A line down to a half of the LR says nothing of its end where no length divides it.
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

optimizer = SGD(net.parameters(), lr=0.02)
schedule = LambdaLR(optimizer, lambda n: 1 - 0.003 * n)
for _ in range(90):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    schedule.step()
