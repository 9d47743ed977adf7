# invalid: called as a scheduler of torch is
# at: schedule.step()
# says: needs the epoch
# says: TypeError
import torch
from timm.scheduler import TanhLRScheduler


def fit(network, images):
    adam = torch.optim.AdamW(network.parameters(), lr=3e-4)
    schedule = TanhLRScheduler(adam, t_initial=40, lr_min=1e-6)
    for _ in range(40):
        for image in images:
            network(image).backward()
            adam.step()
        schedule.step()
