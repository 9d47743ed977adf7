# valid: The warm-up is that of the first epoch.
from mine import batches, net
from torch.optim import SGD

optimizer = SGD(net.parameters(), lr=0.02)
for epoch in range(20):
    for n, batch in enumerate(batches):
        if epoch < 1 and n < 300:
            for group in optimizer.param_groups:
                group["lr"] = 0.02 * (n + 1) / 300
        net.loss(batch).backward()
        optimizer.step()
