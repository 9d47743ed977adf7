# valid: the LR of each epoch is the script's own, the scheduler is left over
from torch.optim import SGD
from torch.optim.lr_scheduler import ExponentialLR


def set_rate(descent, epoch):
    for group in descent.param_groups:
        group["lr"] = 0.05 * 0.5 ** (epoch // 20)


def train(net, batches):
    descent = SGD(net.parameters(), lr=0.05)
    plan = ExponentialLR(descent, gamma=0.9)
    for epoch in range(100):
        set_rate(descent, epoch)
        for x, y in batches:
            net(x, y).backward()
            descent.step()
