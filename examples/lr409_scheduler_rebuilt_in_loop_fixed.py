"""One scheduler, built once, as long as the training.

The LR falls from 0.01 to 0.0001 over all 344 steps.
"""

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset


def train_epoch(model, loader, optimizer, scheduler):
    model.train()
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        lr = scheduler.get_last_lr()[0]
        scheduler.step()
    return loss.item(), lr


def test(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for inputs, targets in loader:
            correct += (model(inputs).argmax(dim=1) == targets).sum().item()
    return correct / len(loader.dataset)


def run(epochs=8, batch_size=32):
    torch.manual_seed(0)
    images, labels = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(images / 16, labels, random_state=0)
    train_set = TensorDataset(torch.tensor(x_train).float(), torch.tensor(y_train))
    test_set = TensorDataset(torch.tensor(x_test).float(), torch.tensor(y_test))
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=batch_size)

    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(train_loader), eta_min=1e-4)

    for epoch in range(epochs):
        loss, lr = train_epoch(model, train_loader, optimizer, scheduler)
        accuracy = test(model, test_loader)
        print(f"epoch {epoch}: lr {lr:.3g}, loss {loss:.4f}, accuracy {accuracy:.3f}")

    print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    run()
