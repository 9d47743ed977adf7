# valid: the training ends before the optimizer would be replaced
from torch import nn
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ExponentialLR

net = nn.Linear(4, 1)
opt = Adam(net.parameters(), lr=1e-3)
decay = ExponentialLR(opt, gamma=0.9)
made, limit = 0, 12
for lap in range(5):
    if lap == 3:
        opt = SGD(net.parameters(), lr=0.1)
    for batch in range(6):
        opt.step()
        made += 1
        if made >= limit:
            break
    decay.step()
    if made >= limit:
        break
