# invalid: composer's schedule of 80 epochs in 20, its name imported with all others
# at: plan = CosineAnnealingScheduler(t_max="80ep", alpha_f=0.1)
# says: t_max
# says: the LR is still high at the end
import torch
from composer import Trainer
from composer.optim import *

from my_data import batches, net

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
plan = CosineAnnealingScheduler(t_max="80ep", alpha_f=0.1)
Trainer(
    model=net,
    train_dataloader=batches,
    optimizers=optimizer,
    schedulers=plan,
    max_duration="20ep",
).fit()
