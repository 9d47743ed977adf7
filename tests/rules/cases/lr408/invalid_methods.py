# invalid: In the methods of a class: OneCycleLR.
# at: self.optimizer.add_param_group({"params": self.model.backbone.parameters()})
# says: OneCycleLR
# says: KeyError
import torch

class Trainer:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
        self.optimizer = torch.optim.SGD(model.head.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, 0.1, epochs=20, steps_per_epoch=len(loader)
        )

    def unfreeze(self):
        self.optimizer.add_param_group({"params": self.model.backbone.parameters()})

    def fit(self):
        for epoch in range(20):
            if epoch == 3:
                self.unfreeze()
            for x, y in self.loader:
                self.model(x, y).backward()
                self.optimizer.step()
                self.scheduler.step()
