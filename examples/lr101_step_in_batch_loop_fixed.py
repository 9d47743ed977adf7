"""T_max counts epochs and the scheduler is stepped once per epoch.

Each of the 10 epochs has one LR, from 0.1 in the first to 0.00342 in the last.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x = torch.tensor(images / 16, dtype=torch.float32)
y = torch.tensor(labels)
train_loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=64, shuffle=True)

epochs = 10
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=0.001)

for epoch in range(epochs):
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
    lr = scheduler.get_last_lr()[0]
    scheduler.step()
    print(f"epoch {epoch}: lr {lr:.3g}, loss {loss.item():.4f}")

with torch.no_grad():
    accuracy = (model(x[1500:]).argmax(dim=1) == y[1500:]).float().mean().item()
print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")
