# invalid: Nobody has counted that an epoch has 500 batches.
# at: optimizer, rounds * batches, eta_min=0.001
# says: 500 batches
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR


def plan(net, rounds, batches=500):
    optimizer = SGD(net.parameters(), lr=0.1)
    return optimizer, CosineAnnealingLR(
        optimizer, rounds * batches, eta_min=0.001
    )


def train(net, train_loader, rounds):
    optimizer, scheduler = plan(net, rounds)
    for _ in range(rounds):
        for x, y in train_loader:
            net(x, y).backward()
            optimizer.step()
            scheduler.step()
