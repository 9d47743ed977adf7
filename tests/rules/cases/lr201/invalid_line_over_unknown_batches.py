# invalid: The line is negative in the last epochs, however many batches there are.
# at: group["lr"] = 0.02 * (1 - n / planned)
# says: 4 * len(batches) steps long
from mine import batches, net
from torch.optim import SGD

optimizer = SGD(net.parameters(), lr=0.02)
planned, n = 4 * len(batches), 0
for _ in range(7):
    for batch in batches:
        for group in optimizer.param_groups:
            group["lr"] = 0.02 * (1 - n / planned)
        net.loss(batch).backward()
        optimizer.step()
        n += 1
