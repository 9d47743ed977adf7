# invalid: A class of the script warms up, and steps the cosine only then.
# at: cosine = CosineAnnealingLR(optimizer, rounds, eta_min=1e-4)
# says: comes after a warm-up of 15
# says: leaves rounds - 15 = 45 steps
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler


class Gentle(LRScheduler):
    def __init__(self, optimizer, warmup, then):
        self.warmup, self.then = warmup, then
        super().__init__(optimizer)

    def get_lr(self):
        return [base * min(1, (self.last_epoch + 1) / self.warmup) for base in self.base_lrs]

    def step(self):
        if self.last_epoch < self.warmup:
            super().step()
        else:
            self.then.step()


rounds = 60
optimizer = SGD(net.parameters(), lr=0.05)
cosine = CosineAnnealingLR(optimizer, rounds, eta_min=1e-4)
schedule = Gentle(optimizer, 15, cosine)
for _ in range(rounds):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    schedule.step()
# fixed:
# - cosine = CosineAnnealingLR(optimizer, rounds, eta_min=1e-4)
# + cosine = CosineAnnealingLR(optimizer, rounds - 15, eta_min=1e-4)
