"""The milestones are fractions of an epoch, which no epoch number ever equals.

N_EPOCHS * 0.5 is 7.5 and N_EPOCHS * 0.75 is 11.25. MultiStepLR looks the epoch number up among the
milestones and never finds it: all 15 epochs run at 0.1. The corrected script ends at 0.004.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 64
N_EPOCHS = 15

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x = torch.tensor(images / 16, dtype=torch.float32)
y = torch.tensor(labels)
train_loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=BATCH_SIZE, shuffle=True)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
# Divide the LR by 5 at half and at three quarters of the training.
scheduler = MultiStepLR(optimizer, milestones=[N_EPOCHS * 0.5, N_EPOCHS * 0.75], gamma=0.2)

for epoch in range(1, N_EPOCHS + 1):
    epoch_loss = 0.0
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * len(inputs)
    lr = optimizer.param_groups[0]["lr"]
    scheduler.step()
    print(f"epoch {epoch}: lr {lr:.3g}, loss {epoch_loss / 1500:.4f}")

with torch.no_grad():
    accuracy = (model(x[1500:]).argmax(dim=1) == y[1500:]).float().mean().item()
print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")
