# invalid: In the methods of a class.
# at: self.scheduler = OneCycleLR(self.optimizer, 0.1, total_steps=1000)
# says: config.use_one_cycle
# says: 0.004
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

class Trainer:
    def __init__(self, model, loader, config):
        self.model, self.loader, self.config = model, loader, config
        self.optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = OneCycleLR(self.optimizer, 0.1, total_steps=1000)

    def fit(self):
        for x, y in self.loader:
            self.model(x, y).backward()
            self.optimizer.step()
            if self.config.use_one_cycle:
                self.scheduler.step()

config = parse_config()
Trainer(build_model(), build_loader(), config).fit()
