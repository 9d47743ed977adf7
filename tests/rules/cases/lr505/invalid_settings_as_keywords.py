# invalid: The settings of the command line are passed on as keywords.
# at: schedule.step(epoch)
# says: lags one epoch behind
import argparse
from timm.scheduler import create_scheduler_v2
from timm.scheduler.scheduler_factory import scheduler_kwargs
from torch.optim import SGD

parser = argparse.ArgumentParser()
parser.add_argument("--sched", default="cosine")
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--cooldown-epochs", type=int, default=0)
options = parser.parse_args()
optimizer = SGD(model.parameters(), lr=0.2)
schedule, epochs = create_scheduler_v2(optimizer, **scheduler_kwargs(options))
for epoch in range(epochs):
    for batch in loader:
        model(batch).backward()
        optimizer.step()
    schedule.step(epoch)
# fixed:
# -     schedule.step(epoch)
# +     schedule.step(epoch + 1)
