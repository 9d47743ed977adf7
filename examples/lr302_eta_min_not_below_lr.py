"""eta_min is above the LR of the backbone.

The head starts at 0.01 and the backbone at 0.0001, and one eta_min of 0.001 serves both. For the
backbone the annealing goes up: its LR rises from 0.0001 in the first epoch to 0.00099 in the last,
while the head's falls from 0.01 to 0.0011.
"""

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset, random_split

EPOCHS = 15


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(30, 32), nn.ReLU())
        self.head = nn.Linear(32, 2)

    def forward(self, x):
        return self.head(self.backbone(x))


torch.manual_seed(0)
data = load_breast_cancer()
x = torch.tensor((data.data - data.data.mean(0)) / data.data.std(0), dtype=torch.float32)
dataset = TensorDataset(x, torch.tensor(data.target))
train_set, val_set = random_split(dataset, [450, 119])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
val_loader = DataLoader(val_set, batch_size=128)

model = Classifier()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(
    [
        {"params": model.backbone.parameters(), "lr": 1e-4},
        {"params": model.head.parameters(), "lr": 1e-2},
    ],
    weight_decay=1e-2,
)
scheduler = CosineAnnealingLR(optimizer, T_max=EPOCHS, eta_min=1e-3)

for epoch in range(EPOCHS):
    model.train()
    for features, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(features), targets)
        loss.backward()
        optimizer.step()
    lr, head_lr = scheduler.get_last_lr()
    scheduler.step()
    print(f"epoch {epoch}: backbone lr {lr:.3g}, head lr {head_lr:.3g}")

model.eval()
with torch.no_grad():
    features, targets = next(iter(val_loader))
    accuracy = (model(features).argmax(dim=1) == targets).float().mean().item()
print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")
