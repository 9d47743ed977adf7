# invalid: A class that only chooses the arguments of a OneCycleLR.
# at: super().__init__(optimizer, peak, total_steps=rounds, pct_start=0.2)
# says: step() number 3 * len(batches) + 1 raises ValueError
from mine import batches, net
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR


class Cycle(OneCycleLR):
    def __init__(self, optimizer, peak, rounds):
        super().__init__(optimizer, peak, total_steps=rounds, pct_start=0.2)


optimizer = AdamW(net.parameters(), lr=0.002)
schedule = Cycle(optimizer, 0.002, 3 * len(batches))
for _ in range(7):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
        schedule.step()
# fixed:
# -         super().__init__(optimizer, peak, total_steps=rounds, pct_start=0.2)
# +         super().__init__(optimizer, peak, total_steps=7 * len(batches), pct_start=0.2)
