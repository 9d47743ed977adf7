# valid: the only step runs at the base LR
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

net = nn.Linear(4, 1)
opt = SGD(net.parameters(), lr=0.1)
plan = CosineAnnealingLR(opt, T_max=1)
for lap in range(1):
    for batch in range(40):
        opt.step()
    plan.step()
