# valid: The same with a length in batches.
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import LRScheduler


class Polynomial(LRScheduler):
    def __init__(self, optimizer, length, exponent):
        self.length, self.exponent = length, exponent
        super().__init__(optimizer)

    def get_lr(self):
        done = min(self.last_epoch, self.length) / self.length
        return [base * (1 - done) ** self.exponent for base in self.base_lrs]


rounds = 45
optimizer = SGD(net.parameters(), lr=0.02)
decay = Polynomial(optimizer, rounds * len(batches), 0.9)
for _ in range(rounds):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        decay.step()
