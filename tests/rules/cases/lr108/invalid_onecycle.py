# invalid: Numbers only; OneCycleLR raises ValueError past its end.
# at: scheduler.step()
# says: 8 times as fast
# says: ValueError
import torch
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.zeros(800, 3)), batch_size=10)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=10 * 80 // 8)
for epoch in range(10):
    for i, (x,) in enumerate(loader):
        model(x).sum().backward()
        if (i + 1) % 8 == 0:
            optimizer.step()
            optimizer.zero_grad()
        scheduler.step()
# fixed:
# +     scheduler.step()
#       optimizer.zero_grad()
# - scheduler.step()
