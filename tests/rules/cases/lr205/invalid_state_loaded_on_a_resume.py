# invalid: A resume goes on at the epoch of the state that it loads.
# at: schedule = torch.optim.lr_scheduler.StepLR(optimizer, 70)
# says: step_size 70 is never reached
import sys

import torch
from mine import batches, net

optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 70)
begin = 0
if len(sys.argv) > 1:
    saved = torch.load(sys.argv[1])
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
    begin = saved["epoch"] + 1
for epoch in range(begin, 60):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    schedule.step()
    states = {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
    torch.save({"epoch": epoch, **states}, "last.pt")
