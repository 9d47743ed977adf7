# valid: The training starts where the scheduler is.
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.02)
decay = CosineAnnealingLR(optimizer, T_max=60, eta_min=1e-4)
for epoch in range(decay.last_epoch, 60):
    for sample in batches:
        optimizer.zero_grad()
        net.loss(sample).backward()
        optimizer.step()
    decay.step()
