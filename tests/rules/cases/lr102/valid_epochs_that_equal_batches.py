# valid: 8 + 8 epochs are two batches in each of 8 epochs by accident
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Options:
    n_epochs: int = 8


options = Options()
loader = DataLoader(TensorDataset(torch.randn(6, 3)), batch_size=3)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda n: 1.0 - max(0, n + 1 - 8) / float(options.n_epochs + 1)
)
for epoch in range(options.n_epochs):
    for number, (x,) in enumerate(loader, 1):
        model(x).mean().backward()
        if number % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()
    scheduler.step()
