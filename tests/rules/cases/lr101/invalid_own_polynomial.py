# invalid: A scheduler of the script's own that stays at its end.
# at: decay.step()
# says: the decay of get_lr() is 45 epochs long
# says: over after the first 45 batches
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
decay = Polynomial(optimizer, rounds, 0.9)
for _ in range(rounds):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        decay.step()
# fixed:
# -         decay.step()
# +     decay.step()
