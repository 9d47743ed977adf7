# valid: The settings of the command line are passed on as keywords, updates are counted.
import argparse
from timm.scheduler import create_scheduler_v2
from timm.scheduler.scheduler_factory import scheduler_kwargs
from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--sched", default="cosine")
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--cooldown-epochs", type=int, default=0)
parser.add_argument("--sched-on-updates", action="store_true")
options = parser.parse_args()
optimizer = SGD(model.parameters(), lr=0.2)
schedule, epochs = create_scheduler_v2(optimizer, **scheduler_kwargs(options, decreasing_metric=True), updates_per_epoch=len(loader))
updates = 0
for epoch in range(epochs):
    for batch in loader:
        model(batch).backward()
        optimizer.step()
        updates += 1
        schedule.step_update(updates)
    schedule.step(epoch + 1, losses[epoch])
