# invalid: Whichever of the runners the key chooses, none steps the scheduler.
# at: cosine = CosineAnnealingLR(optimizer, T_max=10, eta_min=1e-4)
# says: never called
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR


class Plain:
    def __init__(self, optimizer, cosine):
        self.optimizer, self.cosine = optimizer, cosine

    def run(self, data, model):
        for epoch in range(10):
            for batch in data:
                model(batch).backward()
                self.optimizer.step()


class Clipped(Plain):
    def run(self, data, model):
        for epoch in range(10):
            for batch in data:
                model(batch).clamp(0, 1).backward()
                self.optimizer.step()


RUNNERS = {"plain": Plain, "clipped": Clipped}


def main(model, data, options):
    optimizer = SGD(model.parameters(), lr=0.1)
    cosine = CosineAnnealingLR(optimizer, T_max=10, eta_min=1e-4)
    RUNNERS[options.runner](optimizer, cosine).run(data, model)
