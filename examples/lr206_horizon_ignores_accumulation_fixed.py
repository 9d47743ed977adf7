"""T_max counts optimizer steps, which is what the scheduler advances by.

96 micro-batches per epoch, accumulated by 4, are 24 updates: T_max=240 and the LR ends at 0.001.
"""

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class TrainConfig:
    epochs: int = 10
    batch_size: int = 16
    accumulation_steps: int = 4
    lr: float = 0.1
    min_lr: float = 1e-3
    seed: int = 0


def build_loaders(cfg: TrainConfig) -> tuple[DataLoader, DataLoader]:
    images, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(images / 16, dtype=torch.float32), torch.tensor(labels)
    train_set, test_set = TensorDataset(x[:1536], y[:1536]), TensorDataset(x[1536:], y[1536:])
    return (
        DataLoader(train_set, batch_size=cfg.batch_size, shuffle=True, drop_last=True),
        DataLoader(test_set, batch_size=cfg.batch_size),
    )


def main(cfg: TrainConfig) -> None:
    torch.manual_seed(cfg.seed)
    train_loader, test_loader = build_loaders(cfg)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr, momentum=0.9)
    updates_per_epoch = len(train_loader) // cfg.accumulation_steps
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=cfg.epochs * updates_per_epoch, eta_min=cfg.min_lr
    )

    for epoch in range(cfg.epochs):
        model.train()
        for i, (inputs, targets) in enumerate(train_loader):
            loss = nn.functional.cross_entropy(model(inputs), targets)
            (loss / cfg.accumulation_steps).backward()
            if (i + 1) % cfg.accumulation_steps == 0:
                optimizer.step()
                lr = scheduler.get_last_lr()[0]
                scheduler.step()
                optimizer.zero_grad()
        print(f"epoch {epoch}: lr {lr:.3g}, loss {loss.item():.4f}")

    model.eval()
    with torch.no_grad():
        correct = sum((model(x).argmax(dim=1) == y).sum().item() for x, y in test_loader)
    print(f"accuracy {correct / len(test_loader.dataset):.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    main(TrainConfig())
