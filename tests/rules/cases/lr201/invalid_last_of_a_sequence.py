# invalid: After the ramp the cosine has 54 epochs to go, and it is at its end after 40.
# at: cosine = CosineAnnealingLR(sgd, T_max=40, eta_min=2e-3)
# says: T_max is 40, but it begins after 6 steps, which leaves 54
# says: then climbs back
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

def main(net, loader):
    sgd = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
    ramp = LinearLR(sgd, start_factor=0.1, total_iters=6)
    cosine = CosineAnnealingLR(sgd, T_max=40, eta_min=2e-3)
    both = SequentialLR(sgd, [ramp, cosine], milestones=[6])
    for epoch in range(60):
        for x, y in loader:
            net(x, y).backward()
            sgd.step()
        both.step()
# fixed:
# - cosine = CosineAnnealingLR(sgd, T_max=40, eta_min=2e-3)
# + cosine = CosineAnnealingLR(sgd, T_max=54, eta_min=2e-3)
