# valid: the milestones count updates
import torch
from timm.scheduler import MultiStepLRScheduler
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.zeros(60, 2)), batch_size=4)
net = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = MultiStepLRScheduler(optimizer, decay_t=[70, 110], t_in_epochs=False)
updates = 0
for epoch in range(9):
    for (batch,) in loader:
        optimizer.zero_grad()
        net(batch).mean().backward()
        optimizer.step()
        updates += 1
        scheduler.step_update(updates)
