# invalid: A class that gives its own method to LambdaLR, with a number of cycles.
# at: return max(0.0, 0.5 * (1.0 + math.cos(math.pi * self.cycles * 2.0 * part)))
# says: the decay is 3 * length = 18000
import math

from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR


class RampThenWave(LambdaLR):
    def __init__(self, optimizer, ramp, end, cycles=0.5):
        self.ramp, self.end, self.cycles = ramp, end, cycles
        super().__init__(optimizer, self.share)

    def share(self, done):
        if done < self.ramp:
            return float(done + 1) / float(max(1, self.ramp))
        part = float(done - self.ramp) / float(max(1, self.end - self.ramp))
        return max(0.0, 0.5 * (1.0 + math.cos(math.pi * self.cycles * 2.0 * part)))


length = 6000
optimizer = SGD(model.parameters(), lr=0.1)
scheduler = RampThenWave(optimizer, 300, 3 * length)
for _ in range(length):
    model(next(batches)).backward()
    optimizer.step()
    scheduler.step()
