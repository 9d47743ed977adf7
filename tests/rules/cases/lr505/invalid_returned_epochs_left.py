# invalid: the warm-up comes on top of the epochs, and nobody trains as long
# row: 3
# says: takes 25 epochs
# says: the loop runs 20
import torch
from timm.scheduler import create_scheduler_v2
schedule, _ = create_scheduler_v2(torch.optim.SGD([torch.zeros(1)], lr=1.0), num_epochs=20, warmup_epochs=5, warmup_prefix=True)
for epoch in range(20):
    for image in torch.utils.data.DataLoader(range(64), batch_size=4):
        schedule.optimizer.step()
    schedule.step(epoch + 1)
