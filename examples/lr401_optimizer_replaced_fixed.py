"""The scheduler is built for the optimizer that trains the model.

The LR falls from 0.1 in the first epoch to 0.00342 in the last of 10.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 10
LR = 0.1

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x = torch.tensor(images / 16, dtype=torch.float32)
y = torch.tensor(labels)
train_loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=64, shuffle=True)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()

# Weight decay for the weights only, not for the biases.
weights = [p for p in model.parameters() if p.ndim > 1]
biases = [p for p in model.parameters() if p.ndim == 1]
optimizer = SGD(
    [{"params": weights, "weight_decay": 1e-3}, {"params": biases}], lr=LR, momentum=0.9
)
scheduler = CosineAnnealingLR(optimizer, T_max=EPOCHS, eta_min=0.01 * LR)

for epoch in range(EPOCHS):
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
    lr = optimizer.param_groups[0]["lr"]
    scheduler.step()
    print(f"epoch {epoch}: lr {lr:.3g}, loss {loss.item():.4f}")

with torch.no_grad():
    accuracy = (model(x[1500:]).argmax(dim=1) == y[1500:]).float().mean().item()
print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")
