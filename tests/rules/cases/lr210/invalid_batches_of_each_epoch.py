# invalid: The warm-up counts the batches of one epoch.
# at: group["lr"] = 0.02 * (n + 1) / 300
# says: starts over in every epoch
from mine import batches, net
from torch.optim import SGD

optimizer = SGD(net.parameters(), lr=0.02)
for _ in range(20):
    for n, batch in enumerate(batches):
        if n < 300:
            for group in optimizer.param_groups:
                group["lr"] = 0.02 * (n + 1) / 300
        net.loss(batch).backward()
        optimizer.step()
