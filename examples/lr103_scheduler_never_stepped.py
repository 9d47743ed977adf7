"""The scheduler is built, its LR is even printed, but step() is never called.

All 220 optimizer steps run at 0.1, the LR the optimizer was given. The corrected script multiplies
it by 0.7 after every epoch and ends at 0.00404.
"""

import argparse

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset


def parse_args():
    parser = argparse.ArgumentParser(description="Digits, with an exponentially decaying LR")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--gamma", type=float, default=0.7)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = parse_args()
    torch.manual_seed(args.seed)

    images, labels = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(images / 16, labels, random_state=args.seed)
    x_test, y_test = torch.tensor(x_test, dtype=torch.float32), torch.tensor(y_test)
    train_set = TensorDataset(torch.tensor(x_train, dtype=torch.float32), torch.tensor(y_train))
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)

    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=args.gamma)

    for epoch in range(args.epochs):
        model.train()
        lr = scheduler.get_last_lr()[0]
        for inputs, targets in train_loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), targets)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            accuracy = (model(x_test).argmax(dim=1) == y_test).float().mean().item()
        print(f"epoch {epoch}: lr {lr:.3g}, accuracy {accuracy:.3f}")

    print(f"accuracy {accuracy:.3f}, final LR {lr:.3g}")


if __name__ == "__main__":
    main()
