# invalid: A class of the script: whatever its law, nothing advances it.
# at: scheduler = Noam(optimizer)
# says: Noam is built
# says: scheduler.step() is never called
from torch.optim import SGD
from torch.optim.lr_scheduler import LRScheduler

class Noam(LRScheduler):
    def get_lr(self):
        return [base * factor(self.last_epoch) for base in self.base_lrs]

def train(model, train_loader, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = Noam(optimizer)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
