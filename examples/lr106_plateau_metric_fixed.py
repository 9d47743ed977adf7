"""ReduceLROnPlateau is given the validation loss.

All 20 epochs run, and the LR is halved whenever the validation loss has not improved for 2 epochs.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 20

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x = torch.tensor(images / 16, dtype=torch.float32)
y = torch.tensor(labels)
train_loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=64, shuffle=True)
val_loader = DataLoader(TensorDataset(x[1500:], y[1500:]), batch_size=64)

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1, min_lr=1e-4)


def validate():
    model.eval()
    losses, correct = [], 0
    with torch.no_grad():
        for inputs, targets in val_loader:
            outputs = model(inputs)
            losses.append(criterion(outputs, targets).item())
            correct += (outputs.argmax(dim=1) == targets).sum().item()
    return sum(losses) / len(losses), correct / len(val_loader.dataset)


for epoch in range(EPOCHS):
    model.train()
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()

    val_loss, accuracy = validate()
    lr = optimizer.param_groups[0]["lr"]
    print(f"epoch {epoch}: lr {lr:.3g}, val loss {val_loss:.4f}, accuracy {accuracy:.3f}")
    scheduler.step(val_loss)

print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")
