# invalid: A class of the script passes the counter on; only a restored run has the base LR.
# at: schedule = InverseRoot(optimizer, warmup=4000, last_epoch=done)
# says: last_epoch=0
# says: KeyError
import argparse
import torch
from torch.optim.lr_scheduler import LRScheduler

parser = argparse.ArgumentParser()
parser.add_argument("--restore", default="")
options = parser.parse_args()


class InverseRoot(LRScheduler):
    def __init__(self, optimizer, warmup, last_epoch=-1):
        self.warmup = warmup
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        count = max(self.last_epoch, 1)
        factor = min(count / self.warmup, (self.warmup / count) ** 0.5)
        return [base * factor for base in self.base_lrs]


def train(model, train_loader, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    if options.restore:
        state = torch.load(options.restore)
        optimizer.load_state_dict(state["optimizer"])
        done = state["updates"]
    else:
        done = 0
    schedule = InverseRoot(optimizer, warmup=4000, last_epoch=done)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            schedule.step()
