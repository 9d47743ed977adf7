# valid: timm 0.4 calls cycle_mul t_mul
from timm.scheduler import CosineLRScheduler
from torch import nn
from torch.optim import SGD

net = nn.Linear(4, 1)
opt = SGD(net.parameters(), lr=0.1)
ROUNDS = 40
plan = CosineLRScheduler(
    opt, t_initial=ROUNDS * len(loader), t_mul=1.0, lr_min=1e-3, cycle_limit=1, t_in_epochs=False
)
for lap in range(ROUNDS):
    for batch, (x, y) in enumerate(loader):
        opt.step()
        plan.step_update(lap * len(loader) + batch)
