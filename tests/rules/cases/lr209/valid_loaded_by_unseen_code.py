# valid: The method that is asked to go on loads both states.
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR


class Session:
    def __init__(self, net, batches, rounds):
        self.net, self.batches, self.rounds, self.round = net, batches, rounds, 0
        self.optimizer = SGD(net.parameters(), lr=0.1)
        self.scheduler = StepLR(self.optimizer, 30)

    def go_on(self, path):
        saved = torch.load(path)
        self.optimizer.load_state_dict(saved["optimizer"])
        self.scheduler.load_state_dict(saved["scheduler"])
        self.round = saved["epoch"] + 1

    def run(self):
        while self.round < self.rounds:
            for x, y in self.batches:
                self.net(x, y).backward()
                self.optimizer.step()
            self.scheduler.step()
            self.round += 1
