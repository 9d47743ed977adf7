# invalid: A method replaces the optimizer.
# at: self.scheduler = StepLR(self.optimizer, step_size=30)
# says: stays at 0.01
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = SGD(model.parameters(), lr=0.1)
        self.scheduler = StepLR(self.optimizer, step_size=30)

    def unfreeze(self):
        self.optimizer = SGD(self.model.parameters(), lr=0.01)

    def fit(self, train_loader, epochs):
        self.unfreeze()
        for epoch in range(epochs):
            for x, y in train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()
