# invalid: A class of the project whose first LR is a share of the base LR.
# at: ramp.step()
from bisect import bisect_right

from torch.optim import SGD
from torch.optim.lr_scheduler import _LRScheduler


class RampAndDrops(_LRScheduler):
    def __init__(self, optimizer, drops, share=0.01, ramp=10):
        self.drops, self.share, self.ramp = drops, share, ramp
        super().__init__(optimizer)

    def get_lr(self):
        factor = 1
        if self.last_epoch < self.ramp:
            done = self.last_epoch / self.ramp
            factor = self.share * (1 - done) + done
        factor *= 0.1 ** bisect_right(self.drops, self.last_epoch)
        return [base * factor for base in self.base_lrs]


sgd = SGD(net.parameters(), lr=0.3)
ramp = RampAndDrops(sgd, [40, 70])
for epoch in range(100):
    ramp.step()
    for batch in train_loader:
        net(batch).backward()
        sgd.step()
# fixed:
# -     ramp.step()
#       for batch in train_loader:
#           net(batch).backward()
#           sgd.step()
# +     ramp.step()
