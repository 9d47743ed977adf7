# invalid: In the methods of a class.
# at: return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 90, eta_min=1e-4)
# says: self.warmup_optimizer
# says: self.optimizer
import torch

def make_scheduler(optimizer):
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 90, eta_min=1e-4)

class Trainer:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
        self.warmup_optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = make_scheduler(self.warmup_optimizer)

    def fit(self):
        for epoch in range(90):
            for x, y in self.loader:
                self.optimizer.zero_grad()
                self.model(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()

def main():
    Trainer(build_model(), build_loader()).fit()

main()
