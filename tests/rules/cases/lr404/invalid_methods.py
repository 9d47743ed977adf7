# invalid: In the methods of a class, in every batch.
# at: param_group["lr"] = lr
# says: in every batch
# says: ReduceLROnPlateau
# says: never used
import math
from torch.optim import Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau

class Trainer:
    def __init__(self, model, train_loader):
        self.model = model
        self.train_loader = train_loader
        self.optimizer = Adam(model.parameters(), lr=1e-3)
        self.scheduler = ReduceLROnPlateau(self.optimizer, patience=5)

    def adjust_learning_rate(self, step, total):
        lr = 1e-3 * 0.5 * (1 + math.cos(math.pi * step / total))
        for param_group in self.optimizer.param_groups:
            param_group["lr"] = lr

    def fit(self, epochs):
        step = 0
        for epoch in range(epochs):
            for x, y in self.train_loader:
                self.adjust_learning_rate(step, epochs * len(self.train_loader))
                self.model(x, y).backward()
                self.optimizer.step()
                step += 1
            self.scheduler.step(self.evaluate())
