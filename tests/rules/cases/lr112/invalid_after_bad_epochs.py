# invalid: The cosine counts its steps, but it is stepped after three bad epochs only.
# at: fall.step()
# says: `waited >= 3`
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

def main(net, loader, held_out):
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)
    fall = CosineAnnealingLR(adam, 70, eta_min=2e-5)
    lowest, waited = float("inf"), 0
    for epoch in range(70):
        for x in loader:
            net(x).backward()
            adam.step()
        error = sum(net(x).item() for x in held_out)
        if error < lowest:
            lowest, waited = error, 0
        else:
            waited += 1
        if waited >= 3:
            fall.step()
            waited = 0
