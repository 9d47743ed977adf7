# invalid: Either branch belongs to the script: its user edits the class.
# at: plan.step()
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR


class RunConfig:
    anneal = False
    rounds = 25


optimizer = SGD(model.parameters(), lr=0.1)
plan = CosineAnnealingLR(optimizer, RunConfig.rounds, 0.001) if RunConfig.anneal else None
for _ in range(RunConfig.rounds):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        if plan:
            plan.step()
