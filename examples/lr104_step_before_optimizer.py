"""The scheduler is stepped at the start of the epoch, before the optimizer.

That was the order before PyTorch 1.1. Today it skips the first value: the LR of 0.1 is meant for 4
epochs and lasts 3, every drop comes one epoch early, and the last LR of 0.004 is used for 3 epochs
where the corrected script uses it for 2. torch warns once, at the first step().
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from sklearn.datasets import load_digits
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

num_epochs = 10
torch.manual_seed(0)

digits = load_digits()
images = torch.tensor(digits.images / 16, dtype=torch.float32).unsqueeze(1)
labels = torch.tensor(digits.target)
train_loader = DataLoader(TensorDataset(images[:1500], labels[:1500]), batch_size=64, shuffle=True)
test_loader = DataLoader(TensorDataset(images[1500:], labels[1500:]), batch_size=64)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.fc = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))


net = Net()
optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
scheduler = lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.2)

for epoch in range(num_epochs):
    scheduler.step()
    net.train()
    running_loss = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    lr = optimizer.param_groups[0]["lr"]
    print(f"epoch {epoch}: lr {lr:.3g}, loss {running_loss / len(train_loader):.4f}")

net.eval()
with torch.no_grad():
    correct = sum((net(x).argmax(1) == y).sum().item() for x, y in test_loader)
print(f"accuracy {correct / 297:.3f}, final LR {lr:.3g}")
