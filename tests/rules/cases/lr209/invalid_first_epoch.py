# invalid: Only the network comes from the checkpoint: the cosine starts over, and so does its LR.
# at: cosine = CosineAnnealingLR(adam, 40, eta_min=1e-5)
# says: training goes on at first
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

def main(net, loader, snapshot):
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    cosine = CosineAnnealingLR(adam, 40, eta_min=1e-5)
    first = 0
    if snapshot:
        blob = torch.load(snapshot)
        net.load_state_dict(blob["net"])
        first = blob["epoch"] + 1
    for epoch in range(first, 40):
        for x, y in loader:
            net(x, y).backward()
            adam.step()
        cosine.step()
