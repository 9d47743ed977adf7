# valid: when the epoch is 0, and so how often this steps, is not known
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR

EPOCHS = 20
net = nn.Linear(4, 1)
opt = SGD(net.parameters(), lr=0.1)
ramp = LinearLR(opt, start_factor=0.1, total_iters=5)
waiting = list(range(EPOCHS))
while waiting:
    epoch = waiting.pop(0)
    for batch in loader:
        opt.step()
        if epoch == 0:
            ramp.step()
