# valid: The cosine ends with the training; the one before it is cut off by the next part.
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

def main(net, loader):
    sgd = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
    ramp = LinearLR(sgd, start_factor=0.1, total_iters=6)
    first = CosineAnnealingLR(sgd, T_max=9, eta_min=2e-2)
    last = CosineAnnealingLR(sgd, T_max=34, eta_min=2e-3)
    parts = SequentialLR(sgd, [ramp, first, last], milestones=[6, 26])
    for epoch in range(60):
        for x, y in loader:
            net(x, y).backward()
            sgd.step()
        parts.step()
