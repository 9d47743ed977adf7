# valid: it is stepped past its first LR of 0 before the training begins
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

DONE = 2
net = nn.Linear(4, 1)
opt = SGD(net.parameters(), lr=0.1)
ramp = LambdaLR(opt, lambda lap: min(1.0, lap / 8))
for _ in range(DONE):
    ramp.step()
for lap in range(50):
    for batch in range(3):
        opt.step()
    ramp.step()
