# invalid: After three bad epochs the LR is halved, and the next step of the lambda forgets it.
# at: group["lr"] *= 0.5
# says: the next step of LambdaLR erases it
import torch
from torch.optim.lr_scheduler import LambdaLR

def main(net, loader, held_out):
    adam = torch.optim.Adam(net.parameters(), lr=2e-3)
    fade = LambdaLR(adam, lambda epoch: 0.98**epoch)
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
            for group in adam.param_groups:
                group["lr"] *= 0.5
            waited = 0
        fade.step()
