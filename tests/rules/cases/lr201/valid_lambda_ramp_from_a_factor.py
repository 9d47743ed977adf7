# valid: the first part rises from `low` to 1, and only the second one falls, to the end
import argparse

from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader


def ramp_and_line(optimizer, steps, laps, ramp=True, first=1, low=0.01):
    if ramp is False:
        first = 0

    def factor(t):
        if ramp is True and t <= (first * steps):
            share = float(t) / (first * steps)
            return low * (1 - share) + share
        else:
            return (1 - (t - first * steps) / ((laps - first) * steps)) ** 0.8

    return LambdaLR(optimizer, lr_lambda=factor)


parser = argparse.ArgumentParser()
parser.add_argument("--laps", type=int, default=25)
args = parser.parse_args()
net = nn.Linear(1, 1)
loader = DataLoader(samples)
optimizer = SGD(net.parameters(), lr=0.2)
schedule = ramp_and_line(optimizer, len(loader), args.laps, ramp=True)
for lap in range(args.laps):
    for batch in loader:
        net(batch).backward()
        optimizer.step()
        schedule.step()
