# invalid: Both compute the LR from the base LR.
# at: self.scheduler = get_linear_schedule_with_warmup(
# says: both compute
# says: from the base LR
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from transformers import get_linear_schedule_with_warmup

class Trainer:
    def __init__(self, model, train_loader, epochs):
        self.model, self.train_loader, self.epochs = model, train_loader, epochs
        self.optimizer = AdamW(model.parameters(), lr=1e-4)
        self.scheduler = get_linear_schedule_with_warmup(
            self.optimizer, 100, epochs * len(train_loader)
        )
        self.decay = LambdaLR(self.optimizer, lambda epoch: 0.9**epoch)

    def fit(self):
        for epoch in range(self.epochs):
            for x, y in self.train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
                self.scheduler.step()
            self.decay.step()
