# invalid: the scheduler counts epochs and only hears of updates
# at: self.schedule.step_update(self.updates)
# says: counts epochs, so step_update() does nothing
import torch
from timm.scheduler import PolyLRScheduler


class Engine:
    def __init__(self, network, epochs):
        self.network, self.epochs, self.updates = network, epochs, 0
        self.sgd = torch.optim.SGD(network.parameters(), lr=0.4)
        self.schedule = PolyLRScheduler(self.sgd, t_initial=epochs)

    def run(self, images):
        for _ in range(self.epochs):
            for image in images:
                self.network(image).backward()
                self.sgd.step()
                self.updates += 1
                self.schedule.step_update(self.updates)


Engine(torch.nn.Linear(2, 1), 30).run(torch.utils.data.DataLoader(range(64), batch_size=4))
