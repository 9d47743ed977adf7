# invalid: In the methods of a class.
# at: self.optimizer, 90, eta_min=1e-3, last_epoch=self.start_epoch - 1
# says: checkpoint["epoch"] - 1
# says: on a resume
# says: KeyError
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

class Trainer:
    def __init__(self, model, resume):
        self.start_epoch = 0
        if resume:
            checkpoint = torch.load(resume)
            model.load_state_dict(checkpoint["model"])
            self.start_epoch = checkpoint["epoch"]
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = CosineAnnealingLR(
            self.optimizer, 90, eta_min=1e-3, last_epoch=self.start_epoch - 1
        )

    def fit(self, train_loader):
        for epoch in range(self.start_epoch, 90):
            for x, y in train_loader:
                self.model(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()

Trainer(torch.nn.Linear(2, 1), "last.pt").fit(load_data())
