# invalid: the factory passes decay_epochs on as decay_t
# at: scheduler, _ = create_scheduler_v2(optimizer, "step", num_epochs=15, decay_epochs=40)
# says: decay_t 40
# says: 15 epochs
import torch
from timm.scheduler import create_scheduler_v2


def train(net, loader):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler, _ = create_scheduler_v2(optimizer, "step", num_epochs=15, decay_epochs=40)
    for epoch in range(15):
        for batch in loader:
            optimizer.zero_grad()
            net(batch).mean().backward()
            optimizer.step()
        scheduler.step(epoch + 1)
