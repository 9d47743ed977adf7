# invalid: The LR goes into the group by its update().
# at: elif epoch > 80:
# says: `epoch > 80` holds
import torch

def rate(epoch):
    if epoch > 40:
        return 0.02
    elif epoch > 80:
        return 0.002
    return 0.2

def main(net, loader):
    opt = torch.optim.SGD(net.parameters(), lr=0.2)
    for epoch in range(100):
        for group in opt.param_groups:
            group.update(lr=rate(epoch))
        for x, y in loader:
            net(x, y).backward()
            opt.step()
