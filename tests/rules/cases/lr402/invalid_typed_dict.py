# invalid: The checkpoint is a typed dict without the scheduler's state.
# at: torch.save(State(net=net.state_dict(), optimizer=optimizer.state_dict(), done=epoch + 1), "last.pt")
# says: StepLR
# also: LR209
from typing import Any, TypedDict

import torch
from torch.optim.lr_scheduler import StepLR

class State(TypedDict):
    net: Any
    optimizer: Any
    done: int

def train(net, batches, resume):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    decay = StepLR(optimizer, step_size=30)
    start_epoch = 0
    if resume:
        state = torch.load(resume)
        optimizer.load_state_dict(state["optimizer"])
        start_epoch = state["done"]
    for epoch in range(start_epoch, 90):
        for x in batches:
            net(x).sum().backward()
            optimizer.step()
        decay.step()
        torch.save(State(net=net.state_dict(), optimizer=optimizer.state_dict(), done=epoch + 1), "last.pt")
