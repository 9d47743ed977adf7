# valid: The first ten epochs step; which they are is kept in a dict and in an attribute.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR


class Count:
    def up(self):
        self.seen = getattr(self, "seen", 0) + 1
        return self.seen


sgd, adam = SGD(net.parameters(), lr=0.1), SGD(head.parameters(), lr=0.1)
cosine = CosineAnnealingLR(sgd, 10, eta_min=0.001)
other = CosineAnnealingLR(adam, 10, eta_min=0.001)
third = CosineAnnealingLR(SGD(tail.parameters(), lr=0.1), 10, eta_min=0.001)
count, kept = Count(), {}
for epoch in range(100):
    sgd.step()
    adam.step()
    kept.setdefault("seen", 0)
    kept["seen"] += 1
    if kept["seen"] <= 10:
        cosine.step()
    if "list" not in kept:
        kept["list"], kept["number"] = [], 0
    kept["list"].append(epoch)
    kept["number"] += 1
    if len(kept["list"]) <= 10 and kept["number"] <= 10:
        third.step()
    if count.up() <= 10:
        other.step()
