# invalid: the new optimizer never uses the LR that the cosine would end at
# at: scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
# says: the last 2 of T_max=40 would run below 1 %
# also: LR401
import torch


def train(net, loader):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
    for epoch in range(40):
        if epoch == 20:
            optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
        for batch in loader:
            net(batch).mean().backward()
            optimizer.step()
        scheduler.step()
# fixed:
# - scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
# + scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=0.001)
