# valid: The epoch decides it, no measurement.
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.02)
scheduler = CosineAnnealingLR(optimizer, 35, eta_min=1e-4)
decays = False
for epoch in range(40):
    for sample in batches:
        optimizer.zero_grad()
        net.loss(sample).backward()
        optimizer.step()
    if decays:
        scheduler.step()
    if epoch == 4:
        decays = True
