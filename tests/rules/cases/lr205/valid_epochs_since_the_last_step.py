# valid: The second of its two steps comes before the last epochs.
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

net = torch.nn.Linear(3, 1)
batches = DataLoader(TensorDataset(torch.zeros(64, 3)), batch_size=16)
optimizer = SGD(net.parameters(), lr=0.02)
scheduler = StepLR(optimizer, step_size=2)
stepped = 0
for epoch in range(13):
    for (sample,) in batches:
        optimizer.zero_grad()
        net(sample).sum().backward()
        optimizer.step()
    if epoch - stepped >= 5:
        scheduler.step()
        stepped = epoch
