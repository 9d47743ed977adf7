# valid: The epochs after the one that builds it step it.
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.02)
decay = None
for epoch in range(45):
    for sample in batches:
        optimizer.zero_grad()
        net.loss(sample).backward()
        optimizer.step()
    if epoch == 0:
        decay = CosineAnnealingLR(optimizer, 44, eta_min=1e-4)
    else:
        decay.step()
