# valid: who steps the optimizer is not seen, so that nobody knows which LR it uses
import torch
from torch.optim.lr_scheduler import LambdaLR


def lower(optimizer, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr


def train(net, loader, engine):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    for epoch in range(6):
        if epoch % 2 == 1:
            lower(optimizer, 0.05)
        for batch in loader:
            net(batch).mean().backward()
            eval("optimizer.step()")
        scheduler.step()
