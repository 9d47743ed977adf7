# invalid: the warm-up comes before the cosine, which is as long as the training
# row: 4
# says: is 36, but the scheduler steps 30 times
# says: never reaches lr_min=1e-05
import torch
from timm.scheduler import CosineLRScheduler
sgd = torch.optim.SGD([torch.zeros(1)], lr=0.5)
schedule = CosineLRScheduler(sgd, t_initial=30, lr_min=1e-5, warmup_t=6, warmup_prefix=True)
for epoch in range(30):
    for image in torch.utils.data.DataLoader(range(64), batch_size=4):
        sgd.step()
    schedule.step(epoch + 1)
