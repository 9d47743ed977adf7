# invalid: A resume loads the state, and takes the epoch from the command line.
# at: schedule = torch.optim.lr_scheduler.StepLR(optimizer, 70)
# says: step_size 70 is never reached
import argparse

import torch
from mine import batches, net

parser = argparse.ArgumentParser()
parser.add_argument("--resume")
parser.add_argument("--start-epoch", type=int, default=0)
args = parser.parse_args()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 70)
if args.resume:
    saved = torch.load(args.resume)
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
for epoch in range(args.start_epoch, 60):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    schedule.step()
    states = {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
    torch.save({"epoch": epoch, **states}, "last.pt")
