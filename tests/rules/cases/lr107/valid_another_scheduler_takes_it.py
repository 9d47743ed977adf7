# valid: The same call steps a scheduler of the script, which is given the epoch.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

class Ramp(LRScheduler):
    def get_lr(self):
        return [lr * (1 - self.last_epoch / 100) for lr in self.base_lrs]

    def step(self, epoch=None):
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, lr in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = lr

def train(model, train_loader, cfg):
    optimizer = SGD(model.parameters(), lr=0.1)
    if cfg.kind == "ramp":
        scheduler = Ramp(optimizer)
    else:
        scheduler = LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    for epoch in range(cfg.epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step(epoch)
