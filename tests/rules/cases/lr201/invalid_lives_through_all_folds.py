# invalid: One scheduler for all four folds, each of which is as long as it.
# at: plan = CosineAnnealingLR(optimizer, 15, eta_min=0.001)
# says: 60 times
from sklearn.model_selection import StratifiedKFold
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(model.parameters(), lr=0.1)
plan = CosineAnnealingLR(optimizer, 15, eta_min=0.001)
folds = StratifiedKFold(n_splits=4, shuffle=True)
for number, (kept, left_out) in enumerate(folds.split(samples, labels)):
    for _ in range(15):
        for x, y in loader_of(kept):
            model(x, y).backward()
            optimizer.step()
        plan.step()
# fixed:
# - plan = CosineAnnealingLR(optimizer, 15, eta_min=0.001)
# + plan = CosineAnnealingLR(optimizer, 60, eta_min=0.001)
