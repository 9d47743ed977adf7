# invalid: neither of its two methods is called
# row: 4
# says: schedule.step_update() is never called
# says: stays at 1e-06
import torch
from timm.scheduler import CosineLRScheduler
sgd = torch.optim.SGD([torch.zeros(1)], lr=0.5)
schedule = CosineLRScheduler(sgd, 300, warmup_t=50, warmup_lr_init=1e-6, t_in_epochs=False)
for epoch in range(30):
    for image in torch.utils.data.DataLoader(range(64), batch_size=4):
        sgd.step()
