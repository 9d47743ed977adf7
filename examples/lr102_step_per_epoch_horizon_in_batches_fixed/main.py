"""The cosine is as long as all batches of the training and is stepped after each of them.

The LR goes from 0.1 to 0.001 over the 240 batches of the training.
"""

import torch
from schedules import build_optimizer, build_scheduler
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


def load_data(batch_size):
    images, labels = load_digits(return_X_y=True)
    dataset = TensorDataset(torch.tensor(images / 16, dtype=torch.float32), torch.tensor(labels))
    train_set, test_set = random_split(dataset, [1500, 297])
    return DataLoader(train_set, batch_size, shuffle=True), DataLoader(test_set, batch_size)


def train_one_epoch(model, loader, optimizer, scheduler):
    model.train()
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        lr = optimizer.param_groups[0]["lr"]
        scheduler.step()
    return loss.item(), lr


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    correct = sum((model(x).argmax(dim=1) == y).sum().item() for x, y in loader)
    return correct / len(loader.dataset)


def main():
    torch.manual_seed(0)
    epochs = 10
    train_loader, test_loader = load_data(batch_size=64)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = build_optimizer(model)
    scheduler = build_scheduler(optimizer, epochs, len(train_loader))

    for epoch in range(epochs):
        loss, lr = train_one_epoch(model, train_loader, optimizer, scheduler)
        print(f"epoch {epoch}: lr {lr:.3g}, loss {loss:.4f}")

    print(f"accuracy {evaluate(model, test_loader):.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    main()
