# invalid: What the loop reads once and keeps has nothing to do with the schedule.
# at: decay = StepLR(sgd, 5)
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR


class Source:
    def region(self, name):
        if not hasattr(self, "open"):
            self.open = open_file(name)
        return self.open


source, kept = Source(), {}
sgd = SGD(net.parameters(), lr=0.1)
decay = StepLR(sgd, 5)
for epoch in range(30):
    for batch in loader:
        net(batch).backward()
        sgd.step()
    if "held out" not in kept:
        kept["held out"] = source.region("ten")
    score(net, kept["held out"])
