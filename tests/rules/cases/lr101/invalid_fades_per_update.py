# invalid: Fifteen per cent less each epoch is sensible, each batch is not, however many there are.
# at: plan.step()
# says: gamma=0.85
# says: after 86 batches
import argparse
import torch
from torch.optim.lr_scheduler import ExponentialLR

parser = argparse.ArgumentParser()
parser.add_argument("--half", action="store_true")
parser.add_argument("--join", type=int, default=1)
options = parser.parse_args()


def fit(net, batches):
    adam = torch.optim.Adam(net.parameters(), lr=1e-4)
    plan = ExponentialLR(adam, gamma=0.85)
    for epoch in range(3):
        for index, batch in enumerate(batches):
            net(batch).backward()
            if not options.half:
                if (index + 1) % options.join == 0:
                    adam.step()
                    plan.step()
