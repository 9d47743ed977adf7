"""The cosine anneals to 0, because eta_min is left at its default.

The last 30 of the 480 steps run below 1 % of the base LR of 0.1, the very last at 1.07e-06: they
cost as much as the others and change next to nothing.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset


def get_data():
    images, labels = load_digits(return_X_y=True)
    x = torch.tensor(images / 16, dtype=torch.float32)
    y = torch.tensor(labels)
    return TensorDataset(x[:1500], y[:1500]), TensorDataset(x[1500:], y[1500:])


def evaluate(model, test_set):
    x, y = test_set.tensors
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).float().mean().item()


def main():
    torch.manual_seed(0)
    num_epochs, batch_size, base_lr = 20, 64, 0.1

    train_set, test_set = get_data()
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    criterion = nn.CrossEntropyLoss()
    optimizer = SGD(model.parameters(), lr=base_lr, momentum=0.9)

    total_steps = num_epochs * len(train_loader)
    scheduler = CosineAnnealingLR(optimizer, T_max=total_steps)

    for epoch in range(num_epochs):
        for inputs, targets in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            lr = scheduler.get_last_lr()[0]
            scheduler.step()
        print(f"epoch {epoch}: lr {lr:.3g}, loss {loss.item():.4f}")

    print(f"accuracy {evaluate(model, test_set):.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    main()
