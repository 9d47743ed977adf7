# valid: it steps after the second and the fourth epoch, and the fifth runs at the lower LR
import torch


class EveryOther:
    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls % 2 == 0:
            self.scheduler.step()


def train(net, loader):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    every_other = EveryOther(torch.optim.lr_scheduler.StepLR(optimizer, step_size=2))
    for epoch in range(5):
        for batch in loader:
            net(batch).mean().backward()
            optimizer.step()
        every_other()
