# valid: the other scheduler raises the LR to its base
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, LinearLR

net = nn.Linear(4, 1)
opt = SGD(net.parameters(), lr=0.1)
ramp = LinearLR(opt, start_factor=0.01, total_iters=6)
after = LambdaLR(opt, lambda lap: max(0.1, 1 - lap / 30))
for lap in range(30):
    for batch in range(4):
        opt.step()
        if lap == 0:
            ramp.step()
    if lap > 0:
        after.step()
