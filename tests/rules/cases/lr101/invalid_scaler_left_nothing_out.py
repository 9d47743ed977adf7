# invalid: The scale that did not change is that of an ordinary update.
# at: scheduler.step()
# says: T_max=30 epochs
# says: per batch
import torch
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.02)
scheduler = CosineAnnealingLR(optimizer, 30, eta_min=1e-4)
scaler = torch.amp.GradScaler()
for epoch in range(30):
    for sample in batches:
        optimizer.zero_grad()
        scaler.scale(net.loss(sample)).backward()
        scaler.step(optimizer)
        before = scaler.get_scale()
        scaler.update()
        left_out = before != scaler.get_scale()
        if not left_out:
            scheduler.step()
