# invalid: A batch that is None is seldom, and skipped.
# at: scheduler.step()
# says: T_max=45 epochs
# says: per batch
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.02)
scheduler = CosineAnnealingLR(optimizer, 45, eta_min=1e-4)
for _ in range(45):
    for sample in batches:
        if sample is None:
            continue
        net.loss(sample).backward()
        optimizer.step()
        scheduler.step()
