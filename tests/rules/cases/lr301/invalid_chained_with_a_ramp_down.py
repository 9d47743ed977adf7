# invalid: the other part of the chain lowers the LR, too
# at: cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
# says: the last 2 of T_max=40 would run below 1 %
import torch


def train(net, loader):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    ramp = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.5, total_iters=10)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
    scheduler = torch.optim.lr_scheduler.ChainedScheduler([ramp, cosine])
    for epoch in range(40):
        for batch in loader:
            net(batch).mean().backward()
            optimizer.step()
        scheduler.step()
# fixed:
# - cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
# + cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=0.001)
