# valid: torch's classes are registered as subclasses of an abstract one that says when to step
from abc import ABC, abstractmethod

import torch
from torch.optim.lr_scheduler import CyclicLR, ExponentialLR, StepLR

from my_data import batches


class Stepped(ABC):
    @abstractmethod
    def step(self): ...


class SteppedEachEpoch(Stepped):
    pass


for kind in (CyclicLR, ExponentialLR, StepLR):
    SteppedEachEpoch.register(kind)

net = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = ExponentialLR(optimizer, gamma=0.95)
for epoch in range(30):
    for batch in batches:
        optimizer.zero_grad()
        net(batch).mean().backward()
        optimizer.step()
    if isinstance(scheduler, SteppedEachEpoch):
        scheduler.step()
