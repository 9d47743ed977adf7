# valid: The setting is kept twice, and decides what is built and how it is stepped.
import torch
from torch.optim import lr_scheduler
from elsewhere import options


def make_schedule(optimizer, settings):
    if settings.schedule == "straight":
        return lr_scheduler.LambdaLR(optimizer, lr_lambda=lambda e: 1 - e / 100)
    elif settings.schedule == "plateau":
        return lr_scheduler.ReduceLROnPlateau(optimizer, mode="min")
    return NotImplementedError(settings.schedule)


class Model:
    def __init__(self, settings):
        self.opt = settings
        self.optimizer = torch.optim.Adam(self.parameters(), lr=1e-3)

    def setup(self, settings):
        self.schedulers = [make_schedule(self.optimizer, settings)]

    def update(self):
        for scheduler in self.schedulers:
            if self.opt.schedule == "plateau":
                scheduler.step(self.metric)
            else:
                scheduler.step()


model = Model(options.parse())
model.setup(options.get())
for epoch in range(100):
    model.optimizer.step()
    model.update()
