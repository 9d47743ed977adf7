# invalid: All numbers are known, and so are the first and the last LR.
# at: scheduler.step()
# says: T_max=240 batches
# says: once per epoch
# says: 10 of 240 steps
# says: 0.1 to 0.0997
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

epochs = 10
loader = DataLoader(TensorDataset(torch.zeros(2400, 3)), batch_size=100)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(loader), eta_min=0.001)
for epoch in range(epochs):
    for x, in loader:
        model(x).sum().backward()
        optimizer.step()
    scheduler.step()
# fixed:
# - scheduler.step()
# +     scheduler.step()
