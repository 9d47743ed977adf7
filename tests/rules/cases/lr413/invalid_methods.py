# invalid: In the methods of a class: a cosine.
# row: 19
# says: CosineAnnealingLR
import torch

class Trainer:
    def __init__(self, model, epochs):
        self.model, self.epochs, self.start_epoch = model, epochs, 0
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def resume(self, path):
        state = torch.load(path)
        self.start_epoch = state["epoch"]
        self.optimizer.load_state_dict(state["optimizer"])

    def fit(self, train_loader):
        self.resume("last.pt")
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.optimizer, self.epochs, eta_min=1e-3
        )
        for _ in range(self.start_epoch):
            scheduler.step()
        for epoch in range(self.start_epoch, self.epochs):
            for x, y in train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
            scheduler.step()
