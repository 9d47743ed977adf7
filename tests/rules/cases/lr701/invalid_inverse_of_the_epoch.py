# invalid: Each factor is meant for the first LR.
# at: group["lr"] *= 1 / (1 + 0.05 * epoch)
# says: 40 times
from mine import batches, net
from torch.optim import Adam

optimizer = Adam(net.parameters(), lr=1e-3)
for epoch in range(40):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] *= 1 / (1 + 0.05 * epoch)
