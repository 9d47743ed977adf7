# invalid: In the methods of a class.
# at: self.scheduler = CosineAnnealingWarmRestarts(self.optimizer, 10, eta_min=1e-3)
# says: CosineAnnealingWarmRestarts
# says: at 0.1
import torch
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

def load(path, model, optimizer):
    checkpoint = torch.load(path)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint

class Trainer:
    def __init__(self, model, path):
        self.model, self.epoch = model, 0
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        checkpoint = load(path, model, self.optimizer)
        self.scheduler = CosineAnnealingWarmRestarts(self.optimizer, 10, eta_min=1e-3)
        self.scheduler.load_state_dict(checkpoint["scheduler"])

    def fit(self, train_loader):
        for self.epoch in range(90):
            for x, y in train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()
