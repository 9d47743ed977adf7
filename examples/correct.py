"""A cosine schedule that fits the training: lrlint has nothing to report.

T_max is the number of epochs, the scheduler advances once per epoch after the optimizer, and
eta_min is set.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 10

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x = torch.tensor(images / 16, dtype=torch.float32)
y = torch.tensor(labels)
train_loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=64, shuffle=True)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = CosineAnnealingLR(optimizer, T_max=EPOCHS, eta_min=0.001)

for epoch in range(EPOCHS):
    lr = scheduler.get_last_lr()[0]
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: lr {lr:.3g}, loss {loss.item():.4f}")
    scheduler.step()

with torch.no_grad():
    accuracy = (model(x[1500:]).argmax(dim=1) == y[1500:]).float().mean().item()
print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")
