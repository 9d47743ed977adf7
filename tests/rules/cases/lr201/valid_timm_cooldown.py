# valid: some epochs at the lowest LR follow
import torch
from timm.scheduler import CosineLRScheduler

sgd = torch.optim.SGD([torch.zeros(1)], lr=0.5)
schedule = CosineLRScheduler(sgd, t_initial=30, lr_min=1e-5, warmup_t=6)
for epoch in range(36):
    for image in torch.utils.data.DataLoader(range(64), batch_size=4):
        sgd.step()
    schedule.step(epoch + 1)
