# invalid: In the methods of a class, with a scheduler class of the script.
# at: {"epoch": epoch, "optimizer": self.optimizer.state_dict()}, "last.pt"
# says: Poly
import torch
from torch.optim.lr_scheduler import LRScheduler

class Poly(LRScheduler):
    def __init__(self, optimizer, epochs):
        self.epochs = epochs
        super().__init__(optimizer)

    def get_lr(self):
        return [lr * (1 - self.last_epoch / self.epochs) for lr in self.base_lrs]

def save_checkpoint(state, name):
    torch.save(state, name)

class Trainer:
    def __init__(self, model, train_loader, epochs, resume=None):
        self.model = model
        self.train_loader = train_loader
        self.epochs = epochs
        self.start_epoch = 0
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = Poly(self.optimizer, epochs)
        if resume is not None:
            self.load(resume)

    def load(self, path):
        checkpoint = torch.load(path)
        self.start_epoch = checkpoint["epoch"] + 1
        self.optimizer.load_state_dict(checkpoint["optimizer"])

    def save(self, epoch):
        save_checkpoint(
            {"epoch": epoch, "optimizer": self.optimizer.state_dict()}, "last.pt"
        )

    def fit(self):
        for epoch in range(self.start_epoch, self.epochs):
            for x, y in self.train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()
            self.save(epoch)

if __name__ == "__main__":
    Trainer(torch.nn.Linear(2, 1), load_data(), 90, resume="last.pt").fit()
