# invalid: The resume loads what no checkpoint has.
# at: torch.save({"epoch": epoch + 1, "optim": optim.state_dict()}, "last.pt")
import argparse

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--go-on", default="")
args = parser.parse_args()
optim = torch.optim.SGD(net.parameters(), lr=0.1)
drops = torch.optim.lr_scheduler.MultiStepLR(optim, [60, 90])
start_epoch = 0
if args.go_on:
    kept = torch.load(args.go_on)
    start_epoch = kept["epoch"]
    optim.load_state_dict(kept["optim"])
    drops.load_state_dict(kept["drops"])
for epoch in range(start_epoch, 120):
    for batch in loader:
        net(batch).backward()
        optim.step()
    drops.step()
    torch.save({"epoch": epoch + 1, "optim": optim.state_dict()}, "last.pt")
