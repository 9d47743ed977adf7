# invalid: after a bad epoch the LR is that of an earlier one
# at: scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
# says: the last 2 of T_max=40 would run below 1 %
import copy

import torch


def train(net, loader, measure):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
    best, kept = 0.0, copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
    for epoch in range(40):
        for batch in loader:
            net(batch).mean().backward()
            optimizer.step()
        scheduler.step()
        score = measure(net)
        if score > best:
            best, kept = score, copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
        elif score < 0.5 * best:
            optimizer.load_state_dict(kept[0])
            scheduler.load_state_dict(kept[1])
# fixed:
# - scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
# + scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=0.001)
