# invalid: By position, where nothing else takes its place.
# at: scheduler = StepLR(optimizer, 15, 0.1, -1, True)
# says: StepLR no longer takes verbose
# says: TypeError
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

optimizer = SGD(net.parameters(), lr=0.02)
scheduler = StepLR(optimizer, 15, 0.1, -1, True)
for _ in range(45):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    scheduler.step()
