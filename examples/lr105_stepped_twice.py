"""Both the helper function and the main loop step the scheduler: twice per epoch.

StepLR is to divide the LR by 10 every 10 epochs. It does so every 5, and the last 5 of 30 epochs
run at 1e-07, where the corrected script runs at 0.0001. torch says nothing.
"""

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset, random_split

EPOCHS = 30
BATCH_SIZE = 16


def train_one_epoch(model, loader, optimizer, scheduler):
    model.train()
    total = 0.0
    for features, targets in loader:
        loss = nn.functional.cross_entropy(model(features), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    lr = scheduler.get_last_lr()[0]
    scheduler.step()
    return total / len(loader), lr


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hits = [(model(features).argmax(1) == targets).float() for features, targets in loader]
    return torch.cat(hits).mean().item()


def main():
    torch.manual_seed(0)
    wine = load_wine()
    x = torch.tensor((wine.data - wine.data.mean(0)) / wine.data.std(0), dtype=torch.float32)
    train_set, val_set = random_split(TensorDataset(x, torch.tensor(wine.target)), [0.75, 0.25])
    train_loader = DataLoader(train_set, batch_size=BATCH_SIZE, shuffle=True)
    val_loader = DataLoader(val_set, batch_size=BATCH_SIZE)

    model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3))
    optimizer = AdamW(model.parameters(), lr=1e-2)
    scheduler = StepLR(optimizer, step_size=10, gamma=0.1)

    for epoch in range(EPOCHS):
        loss, lr = train_one_epoch(model, train_loader, optimizer, scheduler)
        accuracy = evaluate(model, val_loader)
        scheduler.step()
        print(f"epoch {epoch}: lr {lr:.3g}, loss {loss:.4f}, accuracy {accuracy:.3f}")

    print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    main()
