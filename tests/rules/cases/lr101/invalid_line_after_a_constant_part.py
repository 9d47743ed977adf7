# invalid: The LR is constant in the first epochs and then falls on a line, as of CycleGAN.
# at: fading.step()
# says: the decay of lr_lambda is 30 epochs long
# says: over after the first 30 batches
from mine import generator, photographs
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR


class Fading:
    def __init__(self, last, first):
        self.last, self.first = last, first

    def factor(self, position):
        return 1 - max(0, position - self.first) / (self.last - self.first)


rounds, unchanged = 30, 12
optimizer = Adam(generator.parameters(), lr=3e-4)
fading = LambdaLR(optimizer, lr_lambda=Fading(rounds, unchanged).factor)
for _ in range(rounds):
    for photograph in photographs:
        generator.loss(photograph).backward()
        optimizer.step()
        fading.step()
# fixed:
# -         fading.step()
# +     fading.step()
