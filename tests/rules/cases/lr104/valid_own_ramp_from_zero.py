# valid: The first LR of the ramp is 0: of that nothing is lost.
from torch.optim import SGD
from torch.optim.lr_scheduler import LRScheduler


class Ramp(LRScheduler):
    def get_lr(self):
        return [base * min(self.last_epoch / 10, 1) for base in self.base_lrs]


sgd = SGD(net.parameters(), lr=0.3)
ramp = Ramp(sgd)
for epoch in range(100):
    ramp.step()
    for batch in train_loader:
        net(batch).backward()
        sgd.step()
