# invalid: Either branch belongs to the script: its user edits the dict.
# at: plan.step()
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR

settings = {"decay": "stairs", "rounds": 25}

optimizer = SGD(model.parameters(), lr=0.1)
if settings["decay"] == "wave":
    plan = CosineAnnealingLR(optimizer, settings["rounds"], eta_min=0.001)
else:
    plan = ExponentialLR(optimizer, 0.9999)
for _ in range(settings["rounds"]):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        plan.step()
# fixed:
# -         plan.step()
# +     plan.step()
