# invalid: a warm-up and a line to 0, planned for samples
# at: def ramp(update):
# says: 4 * len(batches)
# says: never reaches its minimum
import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

samples = TensorDataset(torch.zeros(120, 2), torch.zeros(120))
batches = DataLoader(samples, batch_size=6)
planned = 4 * len(samples)
rise = 5


def ramp(update):
    if update < rise:
        return update / rise
    return max(0.0, (planned - update) / max(1, planned - rise))


model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = LambdaLR(optimizer, ramp)
for _ in range(4):
    for x, y in batches:
        optimizer.zero_grad()
        (model(x).squeeze() - y).square().mean().backward()
        optimizer.step()
        scheduler.step()
