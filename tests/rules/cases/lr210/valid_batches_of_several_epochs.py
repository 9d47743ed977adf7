# valid: the ramp goes on over the batches of the first epochs, and `epoch < 3` ends it
from mine import batches, net
from torch.optim import SGD

optimizer = SGD(net.parameters(), lr=0.02)
for epoch in range(20):
    for n, batch in enumerate(batches):
        if epoch < 3:
            for group in optimizer.param_groups:
                group["lr"] = 0.02 * (epoch * len(batches) + n + 1) / (3 * len(batches))
        net.loss(batch).backward()
        optimizer.step()
