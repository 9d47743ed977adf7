# invalid: The resumed training builds both anew, and gives the scheduler the epoch it has saved.
# at: clock = MultiStepLR(sgd, [20, 30], last_epoch=saved["epoch"])
# says: last_epoch=saved["epoch"]
# says: KeyError
import torch
from torch.optim.lr_scheduler import MultiStepLR

def main(net, loader, snapshot):
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    clock = MultiStepLR(sgd, [20, 30])
    first = 0
    if snapshot:
        saved = torch.load(snapshot)
        net.load_state_dict(saved["net"])
        first = saved["epoch"] + 1
        sgd = torch.optim.SGD(net.parameters(), lr=0.1)
        clock = MultiStepLR(sgd, [20, 30], last_epoch=saved["epoch"])
    for epoch in range(first, 40):
        for x, y in loader:
            net(x, y).backward()
            sgd.step()
        clock.step()
