# invalid: The function that resumes returns 0 at once where there is nothing to resume from.
# at: schedule = MultiStepLR(optimizer, [20, 40])
# says: goes on at
import os

import torch
from mine import batches, net
from torch.optim.lr_scheduler import MultiStepLR

optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
schedule = MultiStepLR(optimizer, [20, 40])


def resume(path):
    if not os.path.exists(path):
        return 0
    saved = torch.load(path)
    net.load_state_dict(saved["net"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["epoch"] + 1


for epoch in range(resume("last.pt"), 60):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    schedule.step()
    states = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({"epoch": epoch, **states}, "last.pt")
