# invalid: the rank is a number that the launcher sets
# at: scheduler.step()
# says: LOCAL_RANK
import os

import torch
from torch.nn.parallel import DistributedDataParallel


def train(net, loader):
    rank = int(os.environ["LOCAL_RANK"])
    net = DistributedDataParallel(net.to(rank), device_ids=[rank])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    for epoch in range(30):
        for batch in loader:
            optimizer.zero_grad()
            net(batch).mean().backward()
            optimizer.step()
        if rank == 0:
            scheduler.step()
