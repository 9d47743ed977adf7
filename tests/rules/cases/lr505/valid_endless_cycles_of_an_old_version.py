# valid: without a limit, the cycles of timm 0.4 never end
from timm.scheduler import CosineLRScheduler
from torch import nn
from torch.optim import SGD

net = nn.Linear(4, 1)
opt = SGD(net.parameters(), lr=0.1)
plan = CosineLRScheduler(
    opt, t_initial=30, t_mul=1, lr_min=1e-5, decay_rate=0.1, warmup_t=3
)
for epoch in range(30):
    for x, y in loader:
        opt.step()
    plan.step(epoch)
